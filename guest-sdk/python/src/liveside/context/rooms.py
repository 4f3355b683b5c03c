"""Named groups of mounted components. Joining, leaving, emitting and writing take effect when the event ends, in the
order asked for.
"""

from typing import Any

from ..errors import HostError
from ..host import Host, RoomMember
from ..jsontext import dumps, loads


class Room:
    """One room. It is true if there is one: `if self.cx.room:`."""

    def __init__(self, host: Host, name: str | None) -> None:
        self._host = host
        self.name = name
        """`None` for the default room of a component that was mounted without one."""

    def __bool__(self) -> bool:
        return self.name is not None

    def join(self) -> None:
        """Makes the component a member."""
        self._host.room_join(self._known())

    def leave(self) -> None:
        """Ends the membership."""
        self._host.room_leave(self._known())

    def emit(self, event: str, data: Any = None) -> int:
        """Sends an event to every other member. Gives the number of members that it goes to.

        `denied`: not a member.
        """
        return self._host.room_emit(self._known(), event, dumps(data))

    @property
    def state(self) -> dict[str, Any]:
        """A copy of the state that the members share. `denied`: not a member."""
        state: dict[str, Any] = loads(self._host.room_state(self._known()))
        return state

    def set_state(self, changes: Any) -> None:
        """Lays the keys of a dict, or of a dataclass, over the room's state."""
        self._host.room_state_set(self._known(), dumps(changes))

    def members(self) -> list[RoomMember]:
        """Everybody in the room."""
        return self._host.room_members(self._known())

    def count(self) -> int:
        """How many members there are now. Whoever is told of a change sees it, or a later one."""
        return self._host.room_count(self._known())

    def call(self, action: str, payload: Any = None) -> Any:
        """Calls an action of the room's own logic and waits for its result. The room is made if it is not there; the
        caller need not be a member.

        `failed`: what the room's logic says. `invalid`: the room has no logic, or waits for this very call. `limit`:
        too many calls within one another.
        """
        return loads(self._host.room_call(self._known(), action, None if payload is None else dumps(payload)))

    def _known(self) -> str:
        if self.name is None:
            raise HostError("invalid", "This component was mounted without a room")
        return self.name


class Rooms:
    """All rooms, by name. Names are 1 to 64 characters of `A-Z a-z 0-9 _ : . -`."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def __getitem__(self, name: str) -> Room:
        return Room(self._host, name)

    def join(self, name: str) -> Room:
        """Makes the component a member of a room."""
        room = self[name]
        room.join()
        return room

    def leave(self, name: str) -> None:
        """Ends the membership."""
        self[name].leave()
