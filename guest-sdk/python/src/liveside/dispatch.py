"""How one event runs: the code between the daemon and an author's method, the same in a module and in a test."""

from typing import Any

from .context import Context
from .errors import LiveError, NotCallable
from .events import Event, RoomEvent
from .host import Host
from .jsontext import Json, dumps, loads
from .plan import Handler, Plan
from .state import EventState


def handle(plan: Plan, host: Host, instance: str, event: Event) -> str | None:
    """Runs one event: calls its method, and hands what it changed to the daemon, also when it ends in a `LiveError`.

    Gives the JSON text of the result. Raises `LiveError`; any other exception is a bug of the author, and nothing of
    the state has been handed over then.
    """
    if event.kind == "room-events":
        _run_all(plan, host, instance, event)
        return None
    handler = _find(plan, host, event)
    if handler is None:
        return None
    component = _make(plan, host, instance, [handler])
    try:
        result = handler.run(component, event)
    except LiveError:
        _finish(component, [handler])
        raise
    _finish(component, [handler])
    return None if result is None else _result(result, plan, event)


def migrate(plan: Plan, from_version: str, state: str) -> str:
    """Turns the state of another version into this one's; what it ends with must fit the fields.

    Raises `LiveError`.
    """
    old: dict[str, Json] = loads(state)
    if not plan.migrates:
        return dumps({field.key: old[field.key] for field in plan.fields.values() if _fits(field, old)})
    new = plan.cls.migrate(from_version, old)
    new = old if new is None else new
    for field in plan.fields.values():
        if field.key in new:
            try:
                field.read(loads(dumps(new[field.key])))
            except LiveError as error:
                raise LiveError(f"After `migrate`: {error}") from None
    return dumps(new)


def _run_all(plan: Plan, host: Host, instance: str, event: Event) -> None:
    """Runs what was emitted in rooms, one after the other on one copy of the state. An error of one does not keep the
    others from running; the first is what it all ends with.
    """
    told: list[RoomEvent] = event.value  # type: ignore[assignment]
    found = [(_hearer(plan, host, one), one) for one in told]
    handlers = [(handler, one) for handler, one in found if handler is not None]
    if not handlers:
        return
    component = _make(plan, host, instance, [handler for handler, _ in handlers])
    first: LiveError | None = None
    for handler, one in handlers:
        try:
            handler.run(component, Event("room-event", one))
        except LiveError as error:
            first = first or error
    _finish(component, [handler for handler, _ in handlers])
    if first is not None:
        raise first


def _find(plan: Plan, host: Host, event: Event) -> Handler | None:
    value: Any = event.value
    if event.kind == "action":
        return plan.actions.get(value[0]) or _not_callable(plan, value[0])
    if event.kind == "timer":
        handler = plan.timers.get(value.name) or plan.timers.get(None)
        if handler is None:
            name = plan.definition.name
            raise LiveError(f'{name} started a timer `{value.name}` but has no method marked @timer("{value.name}")')
        return handler
    if event.kind == "room-event":
        return _hearer(plan, host, value)
    return plan.hooks.get(event.kind)


def _hearer(plan: Plan, host: Host, told: RoomEvent) -> Handler | None:
    """The method that hears an event: of several, the one whose room says the most."""
    listed = plan.room_events.get(told.event, [])
    if len(listed) == 1:
        return listed[0][1]
    by_room = dict(listed)
    if told.room in by_room:
        return by_room[told.room]
    if None in by_room and host.default_room() == told.room:
        return by_room[None]
    starred = [room for room in by_room if room and room.endswith("*") and told.room.startswith(room[:-1])]
    return by_room[max(starred, key=len)] if starred else None


def _not_callable(plan: Plan, action: str) -> Handler:
    advice = [hidden.advice for hidden in plan.definition.hidden_actions if hidden.name == action]
    raise NotCallable(": ".join([f"{plan.definition.name} has no public action `{action}`", *advice]))


def _make(plan: Plan, host: Host, instance: str, handlers: list[Handler]) -> Any:
    component = plan.cls.__new__(plan.cls)
    values = component.__dict__
    values["cx"] = Context(host, plan.definition.name, instance)
    state = values["_state"] = EventState(host, plan.fields, values)
    guess = {id(field): field for handler in handlers for field in handler.guess}
    if guess:
        state.load(list(guess.values()))
    return component


def _finish(component: Any, handlers: list[Handler]) -> None:
    values = component.__dict__
    state: EventState = values["_state"]
    for name in values:
        # What the class has some attribute for (a cached property) is the author's own affair.
        if name not in state and not name.startswith("_") and name != "cx" and not hasattr(type(component), name):
            kind = type(component).__name__
            raise AttributeError(
                f"{kind} has no state `{name}`: annotate it in the class, or begin its name with _ if it is to be "
                "forgotten after the event"
            )
    state.save()
    if len(handlers) == 1:
        handlers[0].guess = state.seen


def _result(result: object, plan: Plan, event: Event) -> str:
    try:
        return dumps(result)
    except (TypeError, ValueError) as error:
        what = f"`{event.value[0]}`" if event.kind == "action" else event.kind  # type: ignore[index]
        raise TypeError(f"the result of {what} of {plan.definition.name} cannot be sent: {error}") from error


def _fits(field: Any, old: dict[str, Json]) -> bool:
    if field.key not in old:
        return False
    try:
        field.read(old[field.key])
    except LiveError:
        return False
    return True
