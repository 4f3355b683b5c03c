"""The decorators: they mark a method, and leave it callable as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from .definition import RateLimit, Requires

Method = TypeVar("Method", bound=Callable[..., Any])

ATTRIBUTE = "__liveside__"
"""Where a method carries its mark."""


@dataclass(frozen=True, slots=True)
class ActionMark:
    """`@action`."""

    name: str | None
    requires: Requires | None
    rate_limit: RateLimit | None
    schema: dict[str, Any] | bool


@dataclass(frozen=True, slots=True)
class RoomEventMark:
    """`@room_event`."""

    event: str
    room: str | None


@dataclass(frozen=True, slots=True)
class TimerMark:
    """`@timer`."""

    name: str | None


Mark = ActionMark | RoomEventMark | TimerMark


@overload
def action(method: Method, /) -> Method: ...
@overload
def action(
    *,
    name: str | None = None,
    requires: Requires | bool | None = None,
    rate_limit: RateLimit | None = None,
    schema: dict[str, Any] | bool = False,
) -> Callable[[Method], Method]: ...
def action(
    method: Any = None,
    /,
    *,
    name: str | None = None,
    requires: Requires | bool | None = None,
    rate_limit: RateLimit | None = None,
    schema: dict[str, Any] | bool = False,
) -> Any:
    """Lets browsers call the method, under its name in camelCase, or under `name`.

    `requires`: who may; `True` is everybody who is signed in. `rate_limit`: calls at once, and calls a minute.
    `schema`: a JSON Schema of the payload, or `True` for one made from the annotations.
    """
    mark = ActionMark(name, access(requires), rate_limit, schema)
    decorate: Callable[[Any], Any] = _marker(mark)
    return decorate if method is None else decorate(method)


def room_event(event: str, *, room: str | None = None) -> Callable[[Method], Method]:
    """Calls the method when another member emits `event` in the default room of the mount; or in the room `room`, which
    may end in `*` for every room that begins like it.
    """
    return _marker(RoomEventMark(event, room))


def timer(name: str | None = None) -> Callable[[Method], Method]:
    """Calls the method when a timer of this name is due; without a name, one that no other method is for."""
    return _marker(TimerMark(name))


def access(requires: Requires | bool | None) -> Requires | None:
    """The rule behind the option `requires`."""
    return Requires() if requires is True else requires or None


def _marker(mark: Mark) -> Callable[[Method], Method]:
    def decorate(method: Method) -> Method:
        if not callable(method):
            raise TypeError("only a method can be marked: put the mark under @staticmethod and @classmethod")
        marks = [*getattr(method, ATTRIBUTE, ()), mark]
        setattr(method, ATTRIBUTE, marks)
        return method

    return decorate
