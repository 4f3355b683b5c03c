"""The counter, mounted without a daemon."""

from typing import Any

from component import Counter

from liveside.testing import Emit, Harness


class Tally:
    """The room that has the number, as `components/tally` is."""

    def __init__(self, count: int = 0) -> None:
        self.count = count

    def __call__(self, room: str, action: str, payload: Any) -> int:
        assert room == "tally:lobby"
        match action:
            case "add":
                self.count += payload["by"]
            case "reset":
                self.count = 0
        return self.count


def in_the_lobby(tally: Tally | None = None) -> Harness[Counter]:
    return Harness(Counter, room="lobby", user="ana", room_logic=tally or Tally())


def test_a_change_is_told_to_the_room() -> None:
    counter = in_the_lobby()
    assert counter.call("increment", {"by": 2}) == {"success": True, "count": 2}
    assert counter.delta == {"count": 2, "lastUpdatedBy": "ana"}
    assert counter.effects == [Emit("lobby", "COUNT_CHANGED", {"count": 2, "userId": "ana"})]
    counter.call("decrement")
    assert counter.state["count"] == 1
    counter.call("reset")
    assert counter.state["count"] == 0


def test_the_count_is_what_all_have_counted_whatever_the_order_of_the_events() -> None:
    counter = in_the_lobby(Tally(7))
    assert counter.state["count"] == 7
    counter.room_event("lobby", "COUNT_CHANGED", {"count": 3, "userId": "bo"})
    assert counter.state["count"] == 7
    assert counter.state["lastUpdatedBy"] == "bo"


def test_coming_and_going_are_counted() -> None:
    counter = in_the_lobby()
    assert counter.effects == [Emit("lobby", "USER_COUNT_CHANGED", {"connectedUsers": 1})]
    counter.set_room_count("lobby", 3)
    counter.room_event("lobby", "USER_COUNT_CHANGED", {"connectedUsers": 3})
    assert counter.state["connectedUsers"] == 3
    counter.destroy()
    assert counter.effects == [Emit("lobby", "USER_COUNT_CHANGED", {"connectedUsers": 2})]


def test_without_a_room_it_counts_alone() -> None:
    counter = Harness(Counter, label="guest 7")
    assert counter.call("increment") == {"success": True, "count": 1}
    assert counter.state == {"count": 1, "lastUpdatedBy": "guest 7", "connectedUsers": 1}
    assert counter.effects == []
