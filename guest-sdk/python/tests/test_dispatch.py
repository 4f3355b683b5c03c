"""How events find their methods, and what a class says of itself."""

import json
from typing import Any

import pytest

from liveside import (
    Component,
    Denied,
    HostError,
    LiveError,
    NotCallable,
    Requires,
    RoomEvent,
    action,
    room_event,
    timer,
)
from liveside.plan import plan_of
from liveside.testing import Emit, Harness, TimerStarted, User


class Many(Component, name="LiveMany", version="2.0.0", rate_limit=(10, 60), logging=["rooms"], singleton=5):
    heard: list[str]

    def helper_method(self) -> None:
        """Not public."""

    @action(name="wireName", requires=True)
    def other(self) -> None:
        pass

    @room_event("A")
    def default_room(self) -> None:
        self.heard.append("default")

    @room_event("A", room="chat:*")
    def chats(self, who: str = "-") -> None:
        self.heard.append(f"chat {who}")

    @room_event("A", room="chat:one")
    def chat_one(self, event: RoomEvent) -> None:
        self.heard.append(f"one {event.data}")

    @room_event("FAIL")
    def fails(self) -> None:
        raise LiveError("no")

    @action
    def start(self) -> None:
        self.cx.timers.after(1, "unknown")

    @action
    def emit(self) -> None:
        self.cx.room.emit("X")

    @timer("known")
    def known(self) -> None:
        pass


def test_the_definition_says_it_all() -> None:
    definition = plan_of(Many).definition
    assert (definition.name, definition.version, definition.rate_limit) == ("LiveMany", "2.0.0", (10, 60))
    assert definition.logging == ("rooms",)
    assert definition.singleton is not None and definition.singleton.linger_ms == 5000
    assert [action.name for action in definition.actions] == ["wireName", "start", "emit"]
    assert definition.actions[0].access == Requires()
    assert [hidden.name for hidden in definition.hidden_actions] == ["helperMethod"]
    assert json.loads(definition.default_state) == {"heard": []}


def test_an_event_goes_to_the_method_whose_room_says_the_most() -> None:
    many = Harness(Many, room="chat:home")
    many.room_events(("chat:home", "A", {}), ("chat:one", "A", 1), ("chat:two", "A", {"who": "bo"}))
    assert many.delta == {"heard": ["default", "one 1", "chat bo"]}


def test_an_error_of_one_event_keeps_no_other_from_running() -> None:
    many = Harness(Many, room="home")
    with pytest.raises(LiveError, match="no"):
        many.room_events(("home", "FAIL", None), ("home", "A", None))
    assert many.delta == {"heard": ["default"]}


def test_what_is_not_public_is_told_how_to_become_so() -> None:
    many = Harness(Many)
    with pytest.raises(NotCallable, match="add @action above `def helper_method` in class Many"):
        many.call("helperMethod")
    with pytest.raises(NotCallable, match="LiveMany has no public action `nothing`$"):
        many.call("nothing")


def test_a_rule_is_checked_before_the_action() -> None:
    many = Harness(Many)
    with pytest.raises(Denied, match="`wireName` of LiveMany needs an authenticated user"):
        many.call("wireName")
    many.sign_in(User("ana"))
    many.call("wireName")


def test_a_timer_without_a_method_is_told() -> None:
    many = Harness(Many)
    many.call("start")
    assert many.effects == [TimerStarted("unknown", 1.0)]
    with pytest.raises(LiveError, match="has no method marked @timer"):
        many.advance(1)


def test_a_call_that_the_daemon_refuses_ends_the_event() -> None:
    with pytest.raises(HostError, match="This component was mounted without a room"):
        Harness(Many).call("emit")


class Changes(Component):
    count: int = 0
    told: list[str]

    @action
    def step(self) -> None:
        self.count += 1
        self.cx.private["steps"] = self.count
        if self.cx.room:
            self.cx.room.emit("STEP", self.count)
        if self.count == 2:
            raise RuntimeError("a bug")

    def on_state_change(self, changed: list[str]) -> None:
        self.told = changed


def test_a_bug_undoes_the_event() -> None:
    changes = Harness(Changes, room="r")
    changes.call("step")
    assert changes.delta == {"count": 1, "told": ["count"]}
    assert changes.effects == [Emit("r", "STEP", 1)]
    with pytest.raises(RuntimeError):
        changes.call("step")
    assert (changes.state["count"], changes.private("steps"), changes.effects) == (1, 1, [])


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        ({"on_monut": lambda self: None}, "there is no hook `on_monut` of Wrong"),
        ({"a": action(lambda self, *all: None)}, "`a` of Wrong cannot take"),
        ({"a": action(lambda self: None), "b": action(name="a")(lambda self: None)}, "there are two methods for `a`"),
    ],
)
def test_mistakes_are_told_when_the_class_is_prepared(methods: dict[str, Any], message: str) -> None:
    wrong = type("Wrong", (Component,), methods)
    with pytest.raises(TypeError, match=message):
        plan_of(wrong)


def test_mistakes_are_told_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="cannot have `__init__`"):
        type("Wrong", (Component,), {"__init__": lambda self: None})
    with pytest.raises(TypeError, match="cannot log"):
        type("Wrong", (Component,), {}, logging=["everything"])


def test_async_methods_are_refused() -> None:
    class Later(Component):
        @action
        async def go(self) -> None:
            pass

    with pytest.raises(TypeError, match="cannot be `async`"):
        plan_of(Later)
