"""What a module exports: the WIT interface `component`, answered from the components of the program.

`componentize-py` makes an object of `Component` from the module that the build tool writes.
"""

import codecs
import gc
import linecache
import sys
import traceback
from typing import Any

from componentize_py_types import Err
from wit_world.exports import component as wit

from . import output, slot
from .definition import Definition, Requires
from .dispatch import handle, migrate
from .errors import FailureCode, LiveError
from .events import Client, Event, Member, Mount, RoomEvent, Timer, Upload
from .jsontext import loads, utf8
from .plan import Plan, plan_all
from .wasm import WasmHost

_HOST = WasmHost()
_PLANS: dict[str, Plan] = {}

# Python looks for an encoding when it is first used; later there is no file to find it in.
_ENCODINGS = ("ascii", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "hex", "idna")


def prepare() -> None:
    """Makes every plan, after the author's code has run: mistakes show here."""
    for plan in plan_all():
        _PLANS[plan.definition.name] = plan


def settle(places: int) -> None:
    """The last of the build. The author's modules are in the first so many `places` of the path."""
    _keep_sources(places)
    for name in _ENCODINGS:
        codecs.lookup(name)
    output.to_log(_HOST)
    # What is there now stays for good: the collector need not look at it, nor write into its memory pages.
    gc.collect()
    gc.freeze()


def _keep_sources(places: int) -> None:
    """Keeps the lines of the author's modules, for tracebacks: the files stay behind."""
    begin = tuple(f"/{place}/" for place in range(places))
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(begin) and (lines := linecache.getlines(file)):
            # Without a time of change it is not compared with the file.
            linecache.cache[file] = (sum(map(len, lines)), None, lines, file)


class Component:
    """The exports."""

    def describe(self) -> list[Any]:
        _begin()
        return [_definition(plan.definition) for plan in _PLANS.values()]

    def handle(self, target: Any, event: Any) -> str | None:
        try:
            _begin()
            return handle(_plan(target.component), _HOST, target.instance, _EVENTS[type(event)](event))
        except BaseException as error:
            raise _failure(error) from None
        finally:
            output.flush()

    def migrate(self, component: str, from_version: str, state: str) -> str:
        try:
            _begin()
            return migrate(_plan(component), from_version, state)
        except BaseException as error:
            raise _failure(error) from None
        finally:
            output.flush()


def _begin() -> None:
    """Imports the sources of a quick build, if it is one; an ordinary build has done that."""
    if not _PLANS and slot.import_sources():
        prepare()


def _plan(name: str) -> Plan:
    try:
        return _PLANS[name]
    except KeyError:
        raise LiveError(f"This module has no component {name}") from None


def _failure(error: BaseException) -> Any:
    """An expected error, or a bug with its traceback: the daemon logs that and drops what the event did."""
    if isinstance(error, LiveError):
        return Err(wit.Failure(_CODES[error.code], utf8(error.message)))
    if isinstance(error, ModuleNotFoundError):
        error.add_note("Import it at the top of a module: after the build, files are not there any more.")
    text = "".join(traceback.format_exception(_without_own_frames(error)))
    return Err(wit.Failure(wit.FailureCode.CRASHED, utf8(text)))


def _without_own_frames(error: BaseException) -> BaseException:
    """The traceback begins at the author's code, if it gets there."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_globals.get("__package__") == __package__:
        frame = frame.tb_next
    return error if frame is None else error.with_traceback(frame)


_CODES: dict[FailureCode, Any] = {
    "failed": wit.FailureCode.FAILED,
    "not-callable": wit.FailureCode.NOT_CALLABLE,
    "invalid-payload": wit.FailureCode.INVALID_PAYLOAD,
    "denied": wit.FailureCode.DENIED,
    "limit": wit.FailureCode.LIMIT,
    "crashed": wit.FailureCode.CRASHED,
}


def _room_events(event: Any) -> Event:
    return Event("room-events", [RoomEvent(one.room, one.event, loads(one.data)) for one in event.value])


def _timer(event: Any) -> Event:
    return Event("timer", Timer(event.value.id, event.value.name, loads(event.value.payload)))


def _upload(event: Any) -> Event:
    upload = event.value
    value: Any = getattr(upload.stage, "value", None)
    stage = type(upload.stage).__name__.removeprefix("UploadStage_").lower()
    return Event(
        "upload",
        Upload(
            upload.id,
            stage,  # type: ignore[arg-type]
            upload.filename,
            upload.content_type,
            upload.size,
            received=value if stage == "progress" else 0,
            url=value if stage == "complete" else None,
            reason=value if stage == "failed" else None,
        ),
    )


_EVENTS: dict[type, Any] = {
    wit.Event_Connect: lambda event: Event("connect"),
    wit.Event_Mount: lambda event: Event("mount", Mount(event.value.room, event.value.debug_label)),
    wit.Event_Rehydrate: lambda event: Event("rehydrate", event.value.from_version),
    wit.Event_BeforeAction: lambda event: Event("before-action", (event.value.name, event.value.payload)),
    wit.Event_Action: lambda event: Event("action", (event.value.name, event.value.payload)),
    wit.Event_StateChange: lambda event: Event("state-change", event.value),
    wit.Event_RoomEvents: _room_events,
    wit.Event_RoomJoin: lambda event: Event("room-join", event.value),
    wit.Event_RoomLeave: lambda event: Event("room-leave", event.value),
    wit.Event_Timer: _timer,
    wit.Event_Upload: _upload,
    wit.Event_ClientJoin: lambda event: Event("client-join", Client(event.value.connection_id, event.value.count)),
    wit.Event_ClientLeave: lambda event: Event("client-leave", Client(event.value.connection_id, event.value.count)),
    wit.Event_Reload: lambda event: Event("reload", event.value.from_version),
    wit.Event_Disconnect: lambda event: Event("disconnect"),
    wit.Event_Destroy: lambda event: Event("destroy"),
    wit.Event_MemberJoin: lambda event: Event("member-join", Member(event.value.instance, event.value.count)),
    wit.Event_MemberLeave: lambda event: Event("member-leave", Member(event.value.instance, event.value.count)),
    wit.Event_Empty: lambda event: Event("empty"),
}


def _definition(definition: Definition) -> Any:
    hooks = wit.Hooks(0)
    for hook in definition.hooks:
        hooks |= wit.Hooks[_constant(hook)]
    logging = wit.Logging(0)
    for what in definition.logging:
        logging |= wit.Logging[_constant(what)]
    return wit.Definition(
        name=definition.name,
        version=definition.version,
        default_state=definition.default_state,
        persistent_defaults=definition.persistent_defaults,
        actions=[
            wit.ActionDefinition(
                action.name, _access(action.access), _rate_limit(action.rate_limit), action.payload_schema
            )
            for action in definition.actions
        ],
        hidden_actions=[wit.HiddenAction(hidden.name, hidden.advice) for hidden in definition.hidden_actions],
        hooks=hooks,
        room_subscriptions=[wit.RoomSubscription(one.room, one.event) for one in definition.subscriptions],
        props=wit.Props[definition.props.upper()],
        access=_access(definition.access),
        rate_limit=_rate_limit(definition.rate_limit),
        singleton=wit.Singleton(definition.singleton.linger_ms) if definition.singleton else None,
        room=wit.RoomDefinition(definition.room) if definition.room else None,
        durable=definition.durable,
        isolation=wit.Isolation[definition.isolation.upper()],
        state_schema=definition.state_schema,
        logging=logging,
    )


def _constant(name: str) -> str:
    return name.upper().replace("-", "_")


def _access(access: Requires | None) -> Any:
    if access is None:
        return None
    return wit.Access(access.authenticated, list(access.roles), list(access.permissions))


def _rate_limit(limit: tuple[int, int] | None) -> Any:
    return None if limit is None else wit.RateLimit(*limit)
