"""The context, `self.cx`: everything that a component can reach besides its own state.

Each part is made when it is first asked for: most events need one or two.
"""

from functools import cached_property
from typing import Any

from ..host import Host
from ..jsontext import dumps
from .http import Response, fetch
from .keyed import Persistent, Private
from .rooms import Room, Rooms
from .session import Session
from .sources import Clock, Config, Log, Random, Uploads
from .store import Entries, Store
from .timers import Timers

__all__ = [
    "Clock", "Config", "Context", "Entries", "Log", "Persistent", "Private", "Random", "Response", "Room", "Rooms",
    "Session", "Store", "Timers", "Uploads",
]  # fmt: skip


class Context:
    """What a method may ask the daemon for, during one event. A refusal is a `HostError`."""

    def __init__(self, host: Host, component: str, instance: str) -> None:
        self._host = host
        self.component = component
        """The component's name."""
        self.instance = instance
        """The id of the mounted component."""

    @cached_property
    def session(self) -> Session:
        """Who is behind the event."""
        return Session(self._host.session())

    @cached_property
    def private(self) -> Private:
        """Data of this mount that no browser ever sees."""
        return Private(self._host)

    @cached_property
    def persistent(self) -> Persistent:
        """One map for all mounts of this component, kept through every new version of the code."""
        return Persistent(self._host)

    @cached_property
    def store(self) -> Store:
        """A map of the component's own that outlives the daemon, where it has a data directory."""
        return Store(self._host)

    @cached_property
    def rooms(self) -> Rooms:
        """All rooms, by name: `cx.rooms["lobby"]`."""
        return Rooms(self._host)

    @cached_property
    def room(self) -> Room:
        """The room that the component was mounted with. Its calls fail if there is none: `if self.cx.room:`."""
        return Room(self._host, self._host.default_room())

    @cached_property
    def timers(self) -> Timers:
        """Events in the future, for the methods marked `@timer("name")`."""
        return Timers(self._host)

    @cached_property
    def uploads(self) -> Uploads:
        """Files that browsers have uploaded to this mount."""
        return Uploads(self._host)

    @cached_property
    def config(self) -> Config:
        """Values that the daemon's configuration grants this component."""
        return Config(self._host, self.component)

    @cached_property
    def log(self) -> Log:
        """The daemon's log. `logging` and `print` go there, too."""
        return Log(self._host)

    @cached_property
    def clock(self) -> Clock:
        """The daemon's time."""
        return Clock(self._host)

    @cached_property
    def random(self) -> Random:
        """The daemon's randomness, fit for keys and tokens."""
        return Random(self._host)

    def broadcast(self, kind: str, data: Any = None, *, except_sender: bool = False) -> int:
        """Sends a message to the browsers of everybody in the default room. Gives the number of connections.

        With `except_sender` the user behind the event is left out.
        """
        return self._host.broadcast(kind, dumps(data), except_sender)

    def push_binary(self, name: str, data: bytes) -> None:
        """Sends bytes to the component's browsers when the event ends, beside the state. For what changes often: a
        browser that is behind gets only the newest of a name.
        """
        self._host.push_binary(name, bytes(data))

    def fetch(
        self,
        url: str,
        *,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        json: Any = None,
        body: bytes | str | None = None,
        timeout: float | None = None,
    ) -> Response:
        """Makes an HTTP request, to a host that the configuration allows, and waits for the whole answer. Any status is
        an answer, also 404 and 500.

        `json` is sent as JSON, `body` as it is; with either of them the method is `POST` unless it is given. `timeout`
        is in seconds; the daemon's own limit is the longest. The refusals are `denied` (the host is not allowed),
        `timeout`, `limit` (the answer is too large) and `failed` (no answer).
        """
        return fetch(self._host, url, method=method, headers=headers, json=json, body=body, timeout=timeout)
