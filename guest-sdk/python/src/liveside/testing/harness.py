"""The `Harness`: one mounted component in a test."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from ..component import Component
from ..dispatch import handle, migrate
from ..errors import InvalidPayload, LiveError, NotCallable
from ..events import Client, Event, Member, Mount, RoomEvent, Timer, Upload
from ..host import RawResponse, Request
from ..jsontext import dumps, loads
from ..plan import plan_of
from .access import User, check
from .effects import Effect, LogLine
from .world import RoomLogic, World

C = TypeVar("C", bound=Component)

INSTANCE = "test-1"
"""The id that a component sees in a test that gives it no other."""


class Harness(Generic[C]):
    """Mounts a component: access rule, default state, props, `on_connect`, `on_mount`.

    `room_logic` answers the calls of rooms with logic of their own: room, action, payload; often by another harness:
    `room_logic=lambda room, action, payload: tally.call(action, payload)`. `http` answers requests; without it they are
    denied. `uploaded` are the bytes of finished uploads. `beside` is another mount of the same component: they
    share the persistent map and the store.

    Raises `Denied` where the user may not mount it.
    """

    def __init__(
        self,
        component: type[C],
        *,
        props: Mapping[str, Any] | None = None,
        room: str | None = None,
        user: User | str | None = None,
        label: str | None = None,
        debug_label: str | None = None,
        instance: str = INSTANCE,
        config: Mapping[str, str] | None = None,
        persistent: Mapping[str, Any] | None = None,
        now_ms: int = 0,
        room_logic: RoomLogic | None = None,
        http: Callable[[Request], RawResponse] | None = None,
        uploaded: Mapping[str, bytes] | None = None,
        beside: "Harness[Any] | None" = None,
    ) -> None:
        self._plan = plan_of(component)
        self._instance = instance
        self.hook_errors: list[LiveError] = []
        """The errors of hooks where no caller is told: while mounting, and of `on_state_change`."""
        world = self._world = World()
        definition = self._plan.definition
        self.sign_in(user)
        check(definition.access, world.user, definition.name)
        world.label = label
        world.settings.update(config or {})
        world.clock_ms = now_ms
        world.room_logic = room_logic
        world.http = http
        world.uploads.update(uploaded or {})
        if room is not None:
            world.room = room
            world.joined.add(room)
        if beside is not None:
            world.persistent, world.stored = beside._world.persistent, beside._world.stored
        for key, value in {**loads(definition.persistent_defaults), **(persistent or {})}.items():
            world.persistent.setdefault(key, dumps(value))
        world.state = loads(definition.default_state)
        for key, value in (props or {}).items():
            if definition.props == "any" or (definition.props == "known" and key in world.state):
                world.state[key] = loads(dumps(value))
        self._begin()
        self._hook(Event("connect"))
        self._hook(Event("mount", Mount(room, debug_label)))
        self._state_change()

    # What comes from browsers

    def call(self, action: str, payload: Any = None) -> Any:
        """Calls an action as a browser does: access rules first, then `on_action`, the action, `on_state_change`.

        Raises what the browser would be told.
        """
        self._begin()
        definition = self._plan.definition
        listed = [one for one in definition.actions if one.name == action]
        text = None if payload is None else dumps(payload)
        if listed:
            check(definition.access, self._world.user, definition.name)
            check(listed[0].access, self._world.user, f"`{action}` of {definition.name}")
            if "before-action" in definition.hooks and self._run(Event("before-action", (action, text))) is False:
                raise LiveError(f"`{action}` was cancelled by `on_action`")
        try:
            if action == "setValue":
                return self._set_value(bool(listed), loads(dumps(payload)))
            return self._run(Event("action", (action, text)))
        finally:
            self._state_change()

    def set_value(self, key: str, value: Any) -> None:
        """Sets a key of the state as a browser does, by `setValue`."""
        self.call("setValue", {"key": key, "value": value})

    def _set_value(self, is_listed: bool, payload: Any) -> None:
        if not is_listed:
            raise NotCallable(f"{self._plan.definition.name} has no public action `setValue`: write `set_value=True`")
        if payload["key"] not in self._world.state:
            raise InvalidPayload(f"The state has no key `{payload['key']}`")
        self._world.state[payload["key"]] = payload["value"]

    def upload(self, upload: Upload) -> None:
        """The browser made progress with an upload. What `on_upload` raises at its start refuses it."""
        self._event(Event("upload", upload))

    def client_join(self, connection: str, count: int) -> None:
        """A browser joined the singleton; its connection is behind this event and those to come."""
        self.speak_from(connection)
        self._event(Event("client-join", Client(connection, count)))

    def client_leave(self, connection: str, count: int) -> None:
        """A browser left the singleton."""
        self.speak_from(connection)
        self._event(Event("client-leave", Client(connection, count)))

    # What comes from rooms and time

    def room_event(self, room: str, event: str, data: Any = None) -> None:
        """Another member's event in a room."""
        self.room_events((room, event, data))

    def room_events(self, *told: tuple[str, str, Any]) -> None:
        """Several, in one transaction: room, event, data."""
        events = [RoomEvent(room, event, loads(dumps(data))) for room, event, data in told]
        self._event(Event("room-events", events))

    def room_join(self, room: str) -> None:
        """The mount joined a room."""
        self._event(Event("room-join", room))

    def room_leave(self, room: str) -> None:
        """The mount left a room."""
        self._event(Event("room-leave", room))

    def member_join(self, instance: str, count: int) -> None:
        """To a room: somebody wants to become a member."""
        self._event(Event("member-join", Member(instance, count)))

    def member_leave(self, instance: str, count: int) -> None:
        """To a room: somebody has left; with a count of 0 it is empty as well."""
        self._event(Event("member-leave", Member(instance, count)))
        if count == 0:
            self._event(Event("empty"))

    def set_room_count(self, room: str, count: int) -> None:
        """Says how many members a room has. One without it: the component itself."""
        self._world.room_counts[room] = count

    def advance(self, seconds: float) -> None:
        """Lets time pass, and calls the timers that become due, in the order of their time.

        Raises the first error of a timer's method; the others are called all the same.
        """
        first: LiveError | None = None
        end_ms = self._world.clock_ms + round(seconds * 1000)
        while (due := self._world.next_timer(end_ms)) is not None:
            try:
                self._event(Event("timer", Timer(due.id, due.name, loads(due.payload))))
            except LiveError as error:
                first = first or error
        self._world.clock_ms = end_ms
        if first is not None:
            raise first

    # What comes from the daemon

    def rehydrate(self, from_version: str) -> None:
        """The state came back from a browser that had kept it."""
        self._event(Event("rehydrate", from_version))

    def reload(self, from_version: str) -> None:
        """New code has taken over."""
        self._event(Event("reload", from_version))

    def disconnect(self) -> None:
        """The connection is gone."""
        self._event(Event("disconnect"))

    def destroy(self) -> None:
        """The last event of the mount."""
        self._event(Event("destroy"))

    @staticmethod
    def migrate(component: type[Component], from_version: str, state: Mapping[str, Any]) -> dict[str, Any]:
        """Migrates the state of another version; gives the state after it, with the defaults of new keys."""
        plan = plan_of(component)
        migrated: dict[str, Any] = loads(migrate(plan, from_version, dumps(dict(state))))
        return {**loads(plan.definition.default_state), **migrated}

    # Who is behind it

    def sign_in(self, user: User | str | None) -> None:
        """Makes this user the one behind the events to come."""
        self._world.user = User(user) if isinstance(user, str) else user

    def sign_out(self) -> None:
        """Makes the visitor anonymous."""
        self._world.user = None

    def speak_from(self, connection: str) -> None:
        """Makes this connection the one behind the events to come."""
        self._world.connection = connection

    # What came of it

    @property
    def state(self) -> dict[str, Any]:
        """The whole state, as the browser has it."""
        return self._world.state

    @property
    def delta(self) -> dict[str, Any]:
        """What the last event changed, as the browser is told."""
        now = self._world.state
        changed = {key: value for key, value in now.items() if dumps(value) != self._before.get(key)}
        return {**changed, **{key: None for key in self._before if key not in now}}

    @property
    def loaded(self) -> list[str]:
        """The keys of the state that the last event loaded, in the order of the alphabet."""
        return sorted(self._world.loaded)

    @property
    def effects(self) -> list[Effect]:
        """What the last event asked for, in its order."""
        return self._world.effects

    @property
    def logs(self) -> list[LogLine]:
        """The lines that the last event wrote by `cx.log`. `print` and `logging` are pytest's to catch."""
        return self._world.logs

    def private(self, key: str) -> Any:
        """A private value, `None` if there is none."""
        return loads(self._world.private.get(key))

    def persistent(self, key: str) -> Any:
        """A persistent value, `None` if there is none."""
        return loads(self._world.persistent.get(key))

    def payload_schema(self, action: str) -> Any:
        """The JSON Schema by which the daemon checks the payload of an action; `None` if there is none."""
        return next((loads(one.payload_schema) for one in self._plan.definition.actions if one.name == action), None)

    # Inside

    def _begin(self) -> None:
        world = self._world
        self._before = {key: dumps(value) for key, value in world.state.items()}
        world.effects = []
        world.logs = []
        world.loaded = set()

    def _event(self, event: Event) -> None:
        self._begin()
        try:
            self._run(event)
        finally:
            self._state_change()

    def _state_change(self) -> None:
        if changed := list(self.delta):
            self._hook(Event("state-change", changed))

    def _hook(self, event: Event) -> None:
        try:
            self._run(event)
        except LiveError as error:
            self.hook_errors.append(error)

    def _run(self, event: Event) -> Any:
        saved = self._world.save()
        try:
            return loads(handle(self._plan, self._world, self._instance, event))
        except LiveError:
            raise
        except BaseException:
            self._world.restore(saved)
            raise
