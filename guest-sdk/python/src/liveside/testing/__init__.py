"""Testing a component with plain pytest, without a daemon.

    from liveside.testing import Harness

    def test_it_counts():
        counter = Harness(Counter, room="lobby", user="ana")
        assert counter.call("increment", {"by": 2}) == {"count": 2}
        assert counter.delta == {"count": 2, "lastUpdatedBy": "ana"}

The `Harness` takes the daemon's place: it keeps the state as JSON, calls hooks and actions through the same code as in
a module, and records what the component asked for. Access rules are enforced, rate limits and schemas are not: those
are the daemon's alone. An exception that is no `LiveError` goes on to the test, and what its event did is undone.
"""

from .access import User
from .effects import (
    Binary,
    Broadcast,
    Effect,
    Emit,
    Join,
    Leave,
    LogLine,
    RoomState,
    TimerCancelled,
    TimerStarted,
)  # fmt: skip
from .harness import Harness

__all__ = [
    "Binary", "Broadcast", "Effect", "Emit", "Harness", "Join", "Leave", "LogLine", "RoomState", "TimerCancelled",
    "TimerStarted", "User",
]  # fmt: skip
