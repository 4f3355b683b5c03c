"""Write Liveside components in Python.

State is annotated attributes of a class, logic is its methods; the daemon keeps the state, calls the logic, and sends
browsers what changed.
"""

from .arguments import Payload
from .component import Component
from .context import Context
from .definition import Requires
from .errors import Denied, HostError, InvalidPayload, LimitExceeded, LiveError, NotCallable
from .events import Client, Member, Mount, RoomEvent, Timer, Upload
from .marks import action, room_event, timer
from .state import field

__all__ = [
    "Client", "Component", "Context", "Denied", "HostError", "InvalidPayload", "LimitExceeded", "LiveError", "Member",
    "Mount", "NotCallable", "Payload", "Requires", "RoomEvent", "Timer", "Upload", "action", "field", "room_event",
    "timer",
]  # fmt: skip
