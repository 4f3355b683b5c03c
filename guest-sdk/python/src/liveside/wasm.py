"""The daemon's own functions, where the code runs as a module: the only file that imports the generated bindings."""

from collections.abc import Callable
from typing import Any, TypeVar

from componentize_py_types import Err
from wit_world.imports import (
    broadcast,
    clock,
    config,
    http,
    log,
    persistent,
    private,
    random,
    rooms,
    session,
    state,
    store,
    timers,
    uploads,
)  # fmt: skip

from .errors import HostError
from .host import Page, RawResponse, Request, RoomMember, SessionRecord

F = TypeVar("F", bound=Callable[..., Any])


def _refusable(call: F) -> F:
    """Turns the refusal of a function into a `HostError`."""

    def called(*arguments: Any) -> Any:
        try:
            return call(*arguments)
        except Err as error:
            reason = error.value.code.name.lower().replace("_", "-")
            raise HostError(reason, error.value.message) from None

    return called  # type: ignore[return-value]


class WasmHost:
    """See `host.Host`. Nothing in it belongs to one event."""

    state_load = staticmethod(state.load)
    state_patch = staticmethod(_refusable(state.patch))
    push_binary = staticmethod(_refusable(state.push_binary))

    private_get = staticmethod(private.get)
    private_set = staticmethod(_refusable(private.set))
    private_delete = staticmethod(private.delete)

    persistent_get = staticmethod(persistent.get)
    persistent_set = staticmethod(_refusable(persistent.set))
    persistent_delete = staticmethod(persistent.delete)
    persistent_compare_and_set = staticmethod(_refusable(persistent.compare_and_set))

    default_room = staticmethod(rooms.default_room)
    room_join = staticmethod(_refusable(rooms.join))
    room_leave = staticmethod(_refusable(rooms.leave))
    room_emit = staticmethod(_refusable(rooms.emit))
    room_state = staticmethod(_refusable(rooms.state_get))
    room_state_set = staticmethod(_refusable(rooms.state_set))
    room_count = staticmethod(_refusable(rooms.count))
    room_call = staticmethod(_refusable(rooms.call))

    broadcast = staticmethod(_refusable(broadcast.send))

    timer_after = staticmethod(_refusable(timers.after))
    timer_every = staticmethod(_refusable(timers.every))
    timer_cancel = staticmethod(timers.cancel)

    store_get = staticmethod(_refusable(store.get))
    store_set = staticmethod(_refusable(store.set))
    store_delete = staticmethod(_refusable(store.delete))
    store_compare_and_swap = staticmethod(_refusable(store.compare_and_swap))
    store_flush = staticmethod(_refusable(store.flush))

    upload_read = staticmethod(_refusable(uploads.read))
    config = staticmethod(config.get)
    now_ms = staticmethod(clock.now)
    monotonic_ns = staticmethod(clock.monotonic)
    random_bytes = staticmethod(random.get_bytes)
    random_u64 = staticmethod(random.get_u64)

    @staticmethod
    def session() -> SessionRecord:
        now = session.current()
        return SessionRecord(
            now.connection_id, now.authenticated, now.user_id, now.roles, now.permissions, now.claims, now.label
        )

    @staticmethod
    @_refusable
    def room_members(room: str) -> list[RoomMember]:
        return [RoomMember(member.instance, member.user_id) for member in rooms.members(room)]

    @staticmethod
    @_refusable
    def fetch(request: Request) -> RawResponse:
        headers = [http.Header(name, value) for name, value in request.headers]
        answer = http.fetch(http.Request(request.method, request.url, headers, request.body, request.timeout_ms))
        return RawResponse(
            answer.status, [(header.name, header.value) for header in answer.headers], bytes(answer.body)
        )

    @staticmethod
    @_refusable
    def store_scan(prefix: str, limit: int, after: str | None) -> Page:
        page = store.scan(prefix, limit, after)
        return Page([(entry.key, bytes(entry.value)) for entry in page.entries], page.more)

    @staticmethod
    def log(level: str, message: str) -> None:
        log.log(_LEVELS[level], message)


_LEVELS = {level.name.lower(): level for level in log.Level}
