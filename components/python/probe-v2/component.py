"""The probe, version 2: `value` is called `amount`."""

from typing import Any

from probe import ProbeBase

from liveside import action


class Probe(ProbeBase, name="PythonProbe", version="2.0.0", set_value=True, persistent={"kept": 0}):
    amount: int = 0

    @action(schema={"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}})
    def set(self, amount: int) -> None:
        self.amount = amount

    def _add_one(self) -> None:
        self.amount += 1

    @staticmethod
    def migrate(from_version: str, state: dict[str, Any]) -> dict[str, Any]:
        if "value" in state:
            state["amount"] = state.pop("value")
        return state
