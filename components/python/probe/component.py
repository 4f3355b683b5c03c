"""The probe, version 1."""

from typing import Any

from probe import ProbeBase

from liveside import action


class Probe(ProbeBase, name="PythonProbe", version="1.0.0", set_value=True, persistent={"kept": 0}):
    value: int = 0

    @action(schema={"type": "object", "required": ["value"], "properties": {"value": {"type": "integer"}}})
    def set(self, value: int) -> None:
        self.value = value

    def _add_one(self) -> None:
        self.value += 1

    @staticmethod
    def migrate(from_version: str, state: dict[str, Any]) -> dict[str, Any]:
        if "amount" in state:
            state["value"] = state.pop("amount")
        return state
