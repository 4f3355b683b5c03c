"""What an author writes: a class that derives from `Component`.

Its annotated attributes are the state, its marked methods are what browsers, rooms and timers call, and its methods
with the name of a hook are what the daemon calls. An object of it lives for one event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .definition import LOGGING, Isolation, Props, RateLimit, Requires
from .marks import access

if TYPE_CHECKING:
    from .context import Context


@dataclass(slots=True)
class Options:
    """What stands in the brackets of the class."""

    name: str
    version: str = "1.0.0"
    set_value: bool = False
    props: Props = "known"
    persistent: Mapping[str, Any] = field(default_factory=dict)
    requires: Requires | None = None
    rate_limit: RateLimit | None = None
    singleton: bool | float | Literal["keep"] = False
    room: str | None = None
    durable: bool = False
    isolation: Isolation = "shared"
    schema: bool | Mapping[str, Any] = False
    logging: tuple[str, ...] = ()


OPTIONS: dict[type["Component"], Options] = {}
"""Every component of the program, in the order of their classes. `abstract` ones are not among them."""


class Component:
    """The base of every component.

    Options, all of which may be left out:

    - `name`: as browsers name it; the class's name otherwise. `version` of the state's shape.
    - `set_value`: browsers may set keys of the state. `props`: what they may set at the mount.
    - `persistent`: what `cx.persistent` starts with.
    - `requires`: who may mount it. `rate_limit`: how often its actions may be called by one mount.
    - `singleton`: one instance for everybody; a number is the seconds that it lives on after its last member,
      `"keep"` is for ever.
    - `room`: not a component but the logic of rooms whose name begins with this and a colon.
    - `durable`: the state of the singleton or room is there again after a restart.
    - `isolation`: `"fresh"` gives every event a new instance of the module.
    - `schema`: a JSON Schema of the state, or `True` for one made from the annotations.
    - `logging`: what the daemon logs of its own accord.
    - `abstract`: a base for others, no component itself.
    """

    if TYPE_CHECKING:
        cx: Context
        """What the event may ask the daemon for."""

    def __init_subclass__(
        cls,
        *,
        name: str | None = None,
        version: str = "1.0.0",
        set_value: bool = False,
        props: Props = "known",
        persistent: Mapping[str, Any] | None = None,
        requires: Requires | bool | None = None,
        rate_limit: RateLimit | None = None,
        singleton: bool | float | Literal["keep"] = False,
        room: str | None = None,
        durable: bool = False,
        isolation: Isolation = "shared",
        schema: bool | Mapping[str, Any] = False,
        logging: Iterable[str] = (),
        abstract: bool = False,
    ) -> None:
        super().__init_subclass__()
        if "__init__" in cls.__dict__:
            raise TypeError(f"{cls.__name__} cannot have `__init__`: the state is the daemon's; write `on_mount`")
        unknown = set(logging) - set(LOGGING)
        if unknown:
            raise TypeError(f"{cls.__name__} cannot log {sorted(unknown)}: choose from {', '.join(LOGGING)}")
        if abstract:
            return
        OPTIONS[cls] = Options(
            name=name or cls.__name__,
            version=version,
            set_value=set_value,
            props=props,
            persistent=persistent or {},
            requires=access(requires),
            rate_limit=rate_limit,
            singleton=singleton,
            room=room,
            durable=durable,
            isolation=isolation,
            schema=schema,
            logging=tuple(logging),
        )

    def __init__(self) -> None:
        raise TypeError(f"the daemon makes a {type(self).__name__}; in tests use `liveside.testing.Harness`")

    def reset_state(self) -> None:
        """Puts every attribute of the state to its default."""
        self.__dict__["_state"].reset()

    @staticmethod
    def migrate(from_version: str, state: dict[str, Any]) -> dict[str, Any] | None:
        """Turns the state of another version, as JSON, into this one's: a new one, or the same, changed.

        To be overridden. Without that, the keys whose values still fit are kept.
        """
        raise NotImplementedError
