"""What is known of a component's class before any event: its definition, and which method an event calls.

It is made once, when the module is built, so that mistakes show there and an event pays for none of it.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .arguments import Arguments, arguments_of, positions_of
from .component import OPTIONS, Component, Options
from .definition import ActionDefinition, Definition, HiddenAction, Singleton, Subscription
from .events import Event, RoomEvent, Timer
from .jsontext import Json, dumps, loads
from .marks import ATTRIBUTE, ActionMark, Mark, RoomEventMark, TimerMark
from .names import wire_name
from .state import Field, fields_of

HOOKS: dict[str, str] = {
    "on_connect": "connect",
    "on_mount": "mount",
    "on_rehydrate": "rehydrate",
    "on_action": "before-action",
    "on_state_change": "state-change",
    "on_room_join": "room-join",
    "on_room_leave": "room-leave",
    "on_upload": "upload",
    "on_client_join": "client-join",
    "on_client_leave": "client-leave",
    "on_reload": "reload",
    "on_disconnect": "disconnect",
    "on_destroy": "destroy",
    "on_member_join": "member-join",
    "on_member_leave": "member-leave",
    "on_empty": "empty",
}
"""The methods that the daemon calls by their name, and their events."""


@dataclass(slots=True)
class Handler:
    """One method, ready to be called with an event."""

    run: Callable[[Any, Event], Any]
    guess: list[Field] = field(default_factory=list)
    """What it looked at so far, to be loaded in one go."""


@dataclass(slots=True)
class Plan:
    """A component, prepared."""

    cls: type[Component]
    definition: Definition
    fields: dict[str, Field]
    actions: dict[str, Handler]
    hooks: dict[str, Handler]
    timers: dict[str | None, Handler]
    room_events: dict[str, list[tuple[str | None, Handler]]]

    @property
    def migrates(self) -> bool:
        """Whether the author has a `migrate`."""
        return self.cls.migrate is not Component.migrate


_PLANS: dict[type[Component], Plan] = {}


def plan_of(cls: type[Component]) -> Plan:
    """The plan of a component.

    Raises `TypeError` with a sentence for the author.
    """
    plan = _PLANS.get(cls)
    if plan is None:
        if cls not in OPTIONS:
            raise TypeError(f"{cls.__name__} is no component: it is `abstract`, or does not derive from Component")
        plan = _PLANS[cls] = _Planner(cls, OPTIONS[cls]).plan()
    return plan


def plan_all() -> list[Plan]:
    """The plans of all components of the program.

    Raises `TypeError` with a sentence for the author.
    """
    plans: dict[str, Plan] = {}
    for cls in OPTIONS:
        plan = plan_of(cls)
        if plan.definition.name in plans:
            raise TypeError(f"two components are called {plan.definition.name}")
        plans[plan.definition.name] = plan
    if not plans:
        raise TypeError("there is no component: derive a class from liveside.Component")
    return list(plans.values())


class _Planner:
    def __init__(self, cls: type[Component], options: Options) -> None:
        self.cls = cls
        self.options = options
        self.fields = fields_of(cls)
        self.actions: dict[str, Handler] = {}
        self.hooks: dict[str, Handler] = {}
        self.timers: dict[str | None, Handler] = {}
        self.room_events: dict[str, list[tuple[str | None, Handler]]] = {}
        self.action_definitions: list[ActionDefinition] = []
        self.hidden: list[HiddenAction] = []

    def plan(self) -> Plan:
        for name, known in self.fields.items():
            setattr(self.cls, name, known)
        for name, method in _methods(self.cls):
            self.add(name, method)
        return Plan(self.cls, self.definition(), self.fields, self.actions, self.hooks, self.timers, self.room_events)

    def add(self, name: str, method: Callable[..., Any]) -> None:
        what = f"`{name}` of {self.cls.__name__}"
        marks: list[Mark] = getattr(method, ATTRIBUTE, [])
        if marks or name in HOOKS:
            if inspect.iscoroutinefunction(method):
                raise TypeError(f"{what} cannot be `async`: calls of the context wait by themselves")
            if name in self.fields:
                raise TypeError(f"{what} is a method and state at once")
        for mark in marks:
            self.add_marked(name, method, mark, what)
        if name in HOOKS:
            self.hooks[HOOKS[name]] = Handler(_hook(name, HOOKS[name], positions_of(method)))
        elif not marks:
            if name.startswith("on_"):
                raise TypeError(f"there is no hook {what}: {', '.join(HOOKS)}")
            advice = f"add @action above `def {name}` in class {self.cls.__name__}"
            self.hidden.append(HiddenAction(wire_name(name), advice))

    def add_marked(self, name: str, method: Callable[..., Any], mark: Mark, what: str) -> None:
        arguments = arguments_of(method, what)
        match mark:
            case ActionMark():
                key = mark.name or wire_name(name)
                _once(self.actions, key, what)
                self.actions[key] = Handler(_action(name, arguments))
                schema = arguments.schema() if mark.schema is True else mark.schema
                self.action_definitions.append(
                    ActionDefinition(
                        key, mark.requires, mark.rate_limit, dumps(schema) if schema is not False else None
                    )
                )
            case RoomEventMark():
                listed = self.room_events.setdefault(mark.event, [])
                if any(room == mark.room for room, _ in listed):
                    raise TypeError(f"{what}: another method hears `{mark.event}` of the same room")
                listed.append((mark.room, Handler(_room_event(name, arguments))))
            case TimerMark():
                _once(self.timers, mark.name, what)
                self.timers[mark.name] = Handler(_timer(name, arguments))

    def definition(self) -> Definition:
        options = self.options
        state = {one.key: one.default for one in self.fields.values()}
        if options.set_value:
            self.action_definitions.append(ActionDefinition("setValue"))
        return Definition(
            name=options.name,
            version=options.version,
            default_state=dumps(state),
            persistent_defaults=dumps(options.persistent),
            actions=self.action_definitions,
            hidden_actions=self.hidden,
            hooks=list(self.hooks),
            subscriptions=[
                Subscription(room, event) for event, listed in self.room_events.items() for room, _ in listed
            ],
            props=options.props,
            access=options.requires,
            rate_limit=options.rate_limit,
            singleton=_singleton(options.singleton),
            room=options.room,
            durable=options.durable,
            isolation=options.isolation,
            state_schema=self.state_schema(),
            logging=options.logging,
        )

    def state_schema(self) -> str | None:
        schema = self.options.schema
        if schema is True:
            properties = {one.key: one.shape.schema() for one in self.fields.values()}
            return dumps({"type": "object", "properties": properties})
        return dumps(schema) if schema else None


def _methods(cls: type[Component]) -> list[tuple[str, Callable[..., Any]]]:
    """The public methods of a class, those of its bases first, in the order of their declaration."""
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        if base is not Component and base is not object:
            names.update(dict.fromkeys(base.__dict__))
    return [
        (name, method)
        for name in names
        if not name.startswith("_") and name != "migrate"
        if inspect.isfunction(method := inspect.getattr_static(cls, name, None))
    ]


def _once(known: Mapping[Any, Handler], name: str | None, what: str) -> None:
    if name in known:
        raise TypeError(f"{what}: there are two methods for `{name or 'any timer'}`")


def _singleton(option: Any) -> Singleton | None:
    if option is False:
        return None
    if option is True:
        return Singleton(0)
    return Singleton(None if option == "keep" else round(option * 1000))


def _hook(name: str, kind: str, count: int) -> Callable[[Any, Event], Any]:
    if kind == "before-action":

        def before(component: Any, event: Event) -> Any:
            called: tuple[str, str | None] = event.value  # type: ignore[assignment]
            return getattr(component, name)(*(called[0], loads(called[1]))[:count])

        return before
    if kind in ("connect", "disconnect", "destroy", "empty") or count == 0:
        return lambda component, event: getattr(component, name)()
    return lambda component, event: getattr(component, name)(event.value)


def _action(name: str, arguments: Arguments) -> Callable[[Any, Event], Any]:
    def run(component: Any, event: Event) -> Any:
        payload: Json = loads(event.value[1])  # type: ignore[index]
        return getattr(component, name)(**arguments.read(payload))

    return run


def _room_event(name: str, arguments: Arguments) -> Callable[[Any, Event], Any]:
    def run(component: Any, event: Event) -> Any:
        told = event.value
        assert isinstance(told, RoomEvent)
        return getattr(component, name)(**arguments.read(told.data, told))

    return run


def _timer(name: str, arguments: Arguments) -> Callable[[Any, Event], Any]:
    def run(component: Any, event: Event) -> Any:
        due = event.value
        assert isinstance(due, Timer)
        return getattr(component, name)(**arguments.read(due.payload, due))

    return run
