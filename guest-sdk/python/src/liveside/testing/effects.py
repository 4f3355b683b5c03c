"""What a component asked the daemon for, as tests see it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Join:
    """A room was joined."""

    room: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A room was left."""

    room: str


@dataclass(frozen=True, slots=True)
class Emit:
    """`cx.room.emit(event, data)`"""

    room: str
    event: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class RoomState:
    """`cx.room.set_state(changes)`"""

    room: str
    changes: Any


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`cx.broadcast(kind, data)`"""

    kind: str
    data: Any = None
    except_sender: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    """`cx.push_binary(name, data)`"""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TimerStarted:
    """`cx.timers.after(..)`, or `every(..)` where it repeats. `time` is in seconds."""

    name: str
    time: float
    repeats: bool = False
    payload: Any = None


@dataclass(frozen=True, slots=True)
class TimerCancelled:
    """`cx.timers.cancel(..)`"""

    name: str


Effect = Join | Leave | Emit | RoomState | Broadcast | Binary | TimerStarted | TimerCancelled
"""Something that goes out when the event has ended."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line in the log."""

    level: str
    message: str
