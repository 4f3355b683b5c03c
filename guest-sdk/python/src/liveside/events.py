"""What a component is told: the events of `wit/component.wit`, as types that do not depend on generated code."""

from dataclasses import dataclass
from typing import Literal

from .jsontext import Json


@dataclass(frozen=True, slots=True)
class Mount:
    """How a component was mounted."""

    room: str | None = None
    """The default room."""
    debug_label: str | None = None
    """A name for logs, from the browser."""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """What another member emitted in a room."""

    room: str
    event: str
    data: Json


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that is due."""

    id: int
    name: str
    payload: Json = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that a browser makes to the component."""

    id: str
    """Names it in `cx.uploads.read`."""
    stage: Literal["start", "progress", "complete", "failed"]
    """At `start`, and at `complete`, an error refuses it."""
    filename: str = ""
    """As the browser calls the file."""
    content_type: str = ""
    size: int = 0
    """Bytes, as announced."""
    received: int = 0
    """Bytes so far, at the stage `progress`."""
    url: str | None = None
    """Where it is served from, at the stage `complete`."""
    reason: str | None = None
    """Why it did not work, at the stage `failed`."""


@dataclass(frozen=True, slots=True)
class Client:
    """A browser that joined or left a singleton."""

    connection_id: str
    count: int
    """Members after the event."""


@dataclass(frozen=True, slots=True)
class Member:
    """A mounted component that joins or leaves a room with logic of its own."""

    instance: str
    count: int
    """Members after the event."""


@dataclass(slots=True)
class Event:
    """One event: its kind, as the WIT calls it, and what comes with it.

    `value` is a `Mount`, `RoomEvent` and so on; a list of keys for `state-change`, of `RoomEvent` for `room-events`;
    the room for `room-join` and `room-leave`; the version for `rehydrate` and `reload`; `(name, JSON text)` for
    `action` and `before-action`.
    """

    kind: str
    value: object = None
