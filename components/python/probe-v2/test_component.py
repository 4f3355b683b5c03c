"""The probe's second version, without a daemon."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "probe"))

from component import Probe  # noqa: E402

from liveside.testing import Harness  # noqa: E402


def test_the_number_moves() -> None:
    old = {"value": 7, "log": ["mount -"], "changed": []}
    assert Harness.migrate(Probe, "1.0.0", old) == {"amount": 7, "log": ["mount -"], "changed": []}


def test_the_number_is_set_by_its_new_name() -> None:
    probe = Harness(Probe)
    probe.call("set", {"amount": 3})
    assert probe.state["amount"] == 3
