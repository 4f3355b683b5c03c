"""A counter that everybody in a room shares, with the counters of other languages: the number is in a room with logic
of its own, the `tally`, which runs one call at a time. Room events tell the others that it has changed.
"""

from typing import Any

from liveside import Component, action, room_event


class Counter(Component, name="PythonCounter", version="1.0.0"):
    count: int = 0
    last_updated_by: str | None = None
    connected_users: int = 0

    def on_mount(self) -> None:
        self.connected_users = 1
        if self.cx.room:
            self.count = self.tally("count")
            self.connected_users = self.cx.room.count()
            self.tell_users(self.connected_users)

    def on_rehydrate(self) -> None:
        """The room has gone on meanwhile."""
        self.on_mount()

    def on_destroy(self) -> None:
        """By then it counts as gone; who hears of it counts anew."""
        if self.cx.room:
            self.tell_users(max(0, self.cx.room.count() - 1))

    @action
    def increment(self, by: int = 1) -> dict[str, Any]:
        return self.changed_to(self.tally("add", {"by": by}) if self.cx.room else self.count + by)

    @action
    def decrement(self, by: int = 1) -> dict[str, Any]:
        return self.increment(-by)

    @action
    def reset(self) -> dict[str, Any]:
        """Sets the count to 0, for everybody."""
        return self.changed_to(self.tally("reset") if self.cx.room else 0)

    @room_event("COUNT_CHANGED")
    def count_changed(self, user_id: str | None = None) -> None:
        """The number is read anew and not taken from the event: two that are sent at the same moment may arrive in the
        other order.
        """
        self.count = self.tally("count")
        self.last_updated_by = user_id

    @room_event("USER_COUNT_CHANGED")
    def user_count_changed(self) -> None:
        self.connected_users = self.cx.room.count()

    def tally(self, action: str, payload: Any = None) -> int:
        """Calls the room that has the number."""
        count: int = self.cx.rooms[f"tally:{self.cx.room.name}"].call(action, payload)
        return count

    def changed_to(self, count: int) -> dict[str, Any]:
        user = self.cx.session.user_id or self.cx.session.label
        if self.cx.room:
            self.cx.room.emit("COUNT_CHANGED", {"count": count, "userId": user})
        self.count = count
        self.last_updated_by = user
        return {"success": True, "count": count}

    def tell_users(self, connected_users: int) -> None:
        self.cx.room.emit("USER_COUNT_CHANGED", {"connectedUsers": connected_users})
