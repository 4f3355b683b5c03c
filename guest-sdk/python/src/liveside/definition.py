"""What a component says of itself before it runs: the record `definition` of `wit/component.wit`, as plain data."""

from dataclasses import dataclass, field
from typing import Literal

RateLimit = tuple[int, int]
"""Calls that may come at once, and calls that become free again in a minute."""

Props = Literal["known", "none", "any"]
"""What a browser may set of the initial state."""

Isolation = Literal["shared", "fresh"]
"""Whether events share the module's memory."""

LOGGING = ("lifecycle", "messages", "state", "performance", "rooms", "websocket")
"""What the daemon can log of its own accord for a component."""


@dataclass(frozen=True, slots=True)
class Requires:
    """Who may. Roles and permissions imply somebody who is signed in."""

    authenticated: bool = True
    roles: tuple[str, ...] = ()
    """One of them is enough; none asks for none."""
    permissions: tuple[str, ...] = ()
    """All of them are needed."""

    def __post_init__(self) -> None:
        for name in ("roles", "permissions"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))


@dataclass(frozen=True, slots=True)
class Singleton:
    """One instance for everybody."""

    linger_ms: int | None
    """How long it lives on after its last member left; `None` is for ever."""


@dataclass(frozen=True, slots=True)
class ActionDefinition:
    """What a browser may call."""

    name: str
    access: Requires | None = None
    rate_limit: RateLimit | None = None
    payload_schema: str | None = None


@dataclass(frozen=True, slots=True)
class HiddenAction:
    """A method that is not public."""

    name: str
    advice: str
    """What to add, and where."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A room event that the logic wants to hear."""

    room: str | None
    event: str


@dataclass(frozen=True, slots=True)
class Definition:
    """All of it."""

    name: str
    version: str
    default_state: str
    persistent_defaults: str = "{}"
    actions: list[ActionDefinition] = field(default_factory=list)
    hidden_actions: list[HiddenAction] = field(default_factory=list)
    hooks: list[str] = field(default_factory=list)
    """As the WIT calls them: `before-action`."""
    subscriptions: list[Subscription] = field(default_factory=list)
    props: Props = "known"
    access: Requires | None = None
    rate_limit: RateLimit | None = None
    singleton: Singleton | None = None
    room: str | None = None
    durable: bool = False
    isolation: Isolation = "shared"
    state_schema: str | None = None
    logging: tuple[str, ...] = ()
