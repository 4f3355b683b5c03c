"""The daemon's place in a test: it holds the state and what else there is, and answers the component's calls.

It keeps the promises of the WIT: effects wait for the end of the event, an event that crashes changes nothing.
"""

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import HostError, LiveError
from ..host import Page, RawResponse, Request, RoomMember, SessionRecord
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

RoomLogic = Callable[[str, str, Any], Any]
"""Answers the calls of rooms: room, action, payload."""


@dataclass(slots=True)
class Pending:
    """A timer that is to come."""

    id: int
    due_ms: int
    every_ms: int | None
    name: str
    payload: str | None


class World:
    """See `host.Host` for what its methods are."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.private: dict[str, str] = {}
        self.persistent: dict[str, str] = {}
        self.stored: dict[str, tuple[bytes, int | None]] = {}
        self.user: User | None = None
        self.label: str | None = None
        self.connection: str | None = "test-connection"
        self.room: str | None = None
        self.joined: set[str] = set()
        self.room_members_of: dict[str, list[RoomMember]] = {}
        self.room_counts: dict[str, int] = {}
        self.room_states: dict[str, dict[str, Any]] = {}
        self.room_logic: RoomLogic | None = None
        self.http: Callable[[Request], RawResponse] | None = None
        self.settings: dict[str, str] = {}
        self.uploads: dict[str, bytes] = {}
        self.timers: list[Pending] = []
        self.last_timer = 0
        self.clock_ms = 0
        self.effects: list[Effect] = []
        self.logs: list[LogLine] = []
        self.loaded: set[str] = set()
        self._random = random.Random(0)

    # What an event that crashes does not change.

    def save(self) -> tuple[Any, ...]:
        """A copy of what belongs to the event's transaction."""
        return copy.deepcopy((self.state, self.private, self.joined, self.room_states, self.timers, self.effects))

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Puts it back."""
        self.state, self.private, self.joined, self.room_states, self.timers, self.effects = saved

    # State

    def state_load(self, keys: list[str] | None) -> str:
        part = {key: value for key, value in self.state.items() if keys is None or key in keys}
        self.loaded.update(part)
        return json.dumps(part)

    def state_patch(self, changes: str) -> None:
        self.state.update(_object(changes))

    def push_binary(self, name: str, data: bytes) -> None:
        if not 1 <= len(name.encode()) <= 128:
            raise HostError("invalid", "a name has 1 to 128 bytes")
        self.effects.append(Binary(name, data))

    # Maps

    def private_get(self, key: str) -> str | None:
        return self.private.get(key)

    def private_set(self, key: str, value: str) -> None:
        self.private[key] = value

    def private_delete(self, key: str) -> None:
        self.private.pop(key, None)

    def persistent_get(self, key: str) -> str | None:
        return self.persistent.get(key)

    def persistent_set(self, key: str, value: str) -> None:
        self.persistent[key] = value

    def persistent_delete(self, key: str) -> None:
        self.persistent.pop(key, None)

    def persistent_compare_and_set(self, key: str, expected: str | None, value: str | None) -> bool:
        if self.persistent.get(key) != expected:
            return False
        if value is None:
            self.persistent_delete(key)
        else:
            self.persistent_set(key, value)
        return True

    def store_get(self, key: str) -> bytes | None:
        data, until_ms = self.stored.get(key, (None, None))
        return None if until_ms is not None and until_ms <= self.clock_ms else data

    def store_set(self, key: str, value: bytes, expires_after_ms: int | None) -> None:
        if not 1 <= len(key.encode()) <= 512:
            raise HostError("invalid", "a key has 1 to 512 bytes")
        self.stored[key] = (value, None if expires_after_ms is None else self.clock_ms + expires_after_ms)

    def store_delete(self, key: str) -> None:
        self.stored.pop(key, None)

    def store_scan(self, prefix: str, limit: int, after: str | None) -> Page:
        keys = [key for key in self.stored if key.startswith(prefix) and (after is None or key > after)]
        found = [(key, data) for key in sorted(keys) if (data := self.store_get(key)) is not None]
        return Page(found[:limit], len(found) > limit)

    def store_compare_and_swap(
        self, key: str, expected: bytes | None, value: bytes | None, expires_after_ms: int | None
    ) -> bool:
        if self.store_get(key) != expected:
            return False
        if value is None:
            self.store_delete(key)
        else:
            self.store_set(key, value, expires_after_ms)
        return True

    def store_flush(self) -> None:
        pass

    # Who, and rooms

    def session(self) -> SessionRecord:
        user = self.user
        if user is None:
            return SessionRecord(connection_id=self.connection, label=self.label)
        claims = json.dumps(user.claims)
        return SessionRecord(self.connection, True, user.id, user.roles, user.permissions, claims, self.label)

    def default_room(self) -> str | None:
        return self.room

    def room_join(self, room: str) -> None:
        self.joined.add(room)
        self.effects.append(Join(room))

    def room_leave(self, room: str) -> None:
        self.joined.discard(room)
        self.effects.append(Leave(room))

    def room_emit(self, room: str, event: str, data: str) -> int:
        self._member_of(room)
        self.effects.append(Emit(room, event, json.loads(data)))
        return self._count(room) - 1

    def room_state(self, room: str) -> str:
        self._member_of(room)
        return json.dumps(self.room_states.get(room, {}))

    def room_state_set(self, room: str, changes: str) -> None:
        self._member_of(room)
        given = _object(changes)
        self.room_states.setdefault(room, {}).update(given)
        self.effects.append(RoomState(room, given))

    def room_members(self, room: str) -> list[RoomMember]:
        self._member_of(room)
        own = RoomMember("test-1", self.user.id if self.user else None)
        return self.room_members_of.get(room, [own])

    def room_count(self, room: str) -> int:
        self._member_of(room)
        return self._count(room)

    def _count(self, room: str) -> int:
        return self.room_counts.get(room, len(self.room_members_of.get(room, "1")))

    def room_call(self, room: str, action: str, payload: str | None) -> str | None:
        if self.room_logic is None:
            raise HostError("invalid", f"No logic for {room}: answer its calls with `Harness(.., room_logic=..)`")
        try:
            return json.dumps(self.room_logic(room, action, None if payload is None else json.loads(payload)))
        except LiveError as error:
            raise HostError("failed", error.message) from None

    def _member_of(self, room: str) -> None:
        if room not in self.joined:
            raise HostError("denied", f"not a member of {room}")

    def broadcast(self, kind: str, data: str, except_sender: bool) -> int:
        self.effects.append(Broadcast(kind, json.loads(data), except_sender))
        return 0 if self.room is None else self._count(self.room) - except_sender

    # Timers

    def timer_after(self, delay_ms: int, name: str, payload: str | None) -> int:
        return self._start(delay_ms, None, name, payload)

    def timer_every(self, interval_ms: int, name: str, payload: str | None) -> int:
        return self._start(interval_ms, max(1, interval_ms), name, payload)

    def _start(self, time_ms: int, every_ms: int | None, name: str, payload: str | None) -> int:
        self.last_timer += 1
        self.timers.append(Pending(self.last_timer, self.clock_ms + time_ms, every_ms, name, payload))
        given = None if payload is None else json.loads(payload)
        self.effects.append(TimerStarted(name, time_ms / 1000, every_ms is not None, given))
        return self.last_timer

    def timer_cancel(self, timer: int) -> None:
        for pending in [pending for pending in self.timers if pending.id == timer]:
            self.timers.remove(pending)
            self.effects.append(TimerCancelled(pending.name))

    def next_timer(self, end_ms: int) -> Pending | None:
        """Takes the next timer that is due by then, and puts the clock to its time."""
        pending = min(self.timers, key=lambda pending: (pending.due_ms, pending.id), default=None)
        if pending is None or pending.due_ms > end_ms:
            return None
        self.clock_ms = max(self.clock_ms, pending.due_ms)
        if pending.every_ms is None:
            self.timers.remove(pending)
        else:
            pending.due_ms += pending.every_ms
        return pending

    # The rest

    def fetch(self, request: Request) -> RawResponse:
        if self.http is None:
            raise HostError("denied", "No host is allowed: answer requests with `Harness(.., http=..)`")
        return self.http(request)

    def upload_read(self, upload: str, offset: int, length: int) -> bytes:
        if upload not in self.uploads:
            raise HostError("invalid", f"no finished upload {upload}")
        return self.uploads[upload][offset : offset + length]

    def config(self, key: str) -> str | None:
        return self.settings.get(key)

    def log(self, level: str, message: str) -> None:
        self.logs.append(LogLine(level, message))

    def now_ms(self) -> int:
        return self.clock_ms

    def monotonic_ns(self) -> int:
        return self.clock_ms * 1_000_000

    def random_bytes(self, length: int) -> bytes:
        return self._random.randbytes(min(length, 65_536))

    def random_u64(self) -> int:
        return self._random.getrandbits(64)


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise HostError("invalid", "not a JSON object")
    return value
