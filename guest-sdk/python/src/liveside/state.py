"""State as annotated attributes of a class: which of them an event needs, and which of them it changed.

Nothing is loaded before it is looked at, so that a large key costs nothing where nobody looks. What a handler looked
at before is loaded in one go the next time: a guess, kept in the worker's memory, which can only cost a little.
"""

import typing
from typing import Any

from .conversion import Mismatch, Shape, shape_of
from .errors import LiveError
from .host import Host
from .jsontext import dumps, loads
from .names import wire_name

UNSET: Any = object()
"""Stands for a default that is not given."""

_SCALARS = (str, int, float, bool, type(None))


class Field:
    """One key of the state. It is a descriptor without `__set__`: a value that is loaded or assigned lies in the
    instance's `__dict__`, in front of it.
    """

    __slots__ = ("default", "key", "name", "shape")

    def __init__(self, name: str, key: str, shape: Shape, default: Any) -> None:
        self.name = name
        self.key = key
        self.shape = shape
        self.default = default

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self.default
        instance.__dict__["_state"].load([self])
        return instance.__dict__[self.name]

    def read(self, value: Any) -> Any:
        """The value from its JSON. `null` reads as the default where the type has no `None`."""
        if value is None and not self.shape.takes_none:
            return self.initial()
        try:
            return self.shape.read(value)
        except Mismatch as mismatch:
            place = f"{self.key}.{mismatch.path}" if mismatch.path else self.key
            raise LiveError(f"The state's `{place}` cannot be read: {mismatch}") from None

    def initial(self) -> Any:
        """The value in a new mount; a copy of its own."""
        return self.shape.read(loads(dumps(self.default)))


def field(default: Any = UNSET, *, key: str | None = None) -> Any:
    """The default of a state's attribute, with options: `key` is its name on the wire."""
    return _Options(default, key)


class _Options(typing.NamedTuple):
    default: Any
    key: str | None


def fields_of(cls: type) -> dict[str, Field]:
    """The fields of a component's class, in the order of their declaration, those of its bases first.

    Raises `TypeError` with a sentence for the author.
    """
    fields: dict[str, Field] = {}
    hints = typing.get_type_hints(cls, include_extras=True)
    for name, hint in hints.items():
        if name.startswith("_") or typing.get_origin(hint) is typing.ClassVar or hint is typing.ClassVar:
            continue
        what = f"`{name}` of {cls.__name__}"
        if name == "cx":
            raise TypeError(f"{what} cannot be state: `cx` is the context")
        try:
            shape = shape_of(hint)
        except TypeError as error:
            raise TypeError(f"{what}: {error}") from None
        given = _class_value(cls, name)
        if isinstance(given, Field):
            given = _Options(given.default, given.key)
        default, key = given if isinstance(given, _Options) else (given, None)
        if default is UNSET:
            if shape.zero is None:
                raise TypeError(f"{what} needs a default")
            default = shape.zero()
        try:
            shape.read(loads(dumps(default)))
        except (Mismatch, TypeError, ValueError) as error:
            raise TypeError(f"the default of {what} does not fit: {error}") from None
        fields[name] = Field(name, key or wire_name(name), shape, default)
    return fields


def _class_value(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in base.__dict__:
            value = base.__dict__[name]
            # A slot or a property is no default.
            return UNSET if hasattr(value, "__set__") else value
    return UNSET


class EventState:
    """The state of one event: what was loaded, as it was."""

    __slots__ = ("_fields", "_host", "_into", "_scalars", "_texts", "seen")

    def __init__(self, host: Host, fields: dict[str, Field], into: dict[str, Any]) -> None:
        self._host = host
        self._fields = fields
        self._into = into
        self._scalars: dict[str, Any] = {}
        # What can be changed in place, as the text that it was.
        self._texts: dict[str, str] = {}
        self.seen: list[Field] = []
        """The fields that were looked at, in this order."""

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def load(self, fields: list[Field]) -> None:
        """Puts the values of these fields into the instance."""
        values = loads(self._host.state_load([field.key for field in fields]))
        for field in fields:
            value = field.read(values.get(field.key))
            self._into[field.name] = value
            if type(value) in _SCALARS:
                self._scalars[field.name] = value
            else:
                self._texts[field.name] = dumps(value)
            self.seen.append(field)

    def reset(self) -> None:
        """Puts every field to its default."""
        for field in self._fields.values():
            self._into[field.name] = field.initial()

    def save(self) -> None:
        """Hands what has changed to the daemon: what was assigned and is another value, and what was changed in place.

        Raises `TypeError` where a value has no JSON form: that is a bug of the author.
        """
        changes = {}
        for name, field in self._fields.items():
            if name in self._into and self._is_changed(name, self._into[name]):
                changes[field.key] = self._into[name]
        if changes:
            self._host.state_patch(dumps(changes))

    def _is_changed(self, name: str, value: Any) -> bool:
        """Whether it is another value than what was loaded. What was not loaded is for the daemon to compare."""
        if type(value) in _SCALARS:
            before = self._scalars.get(name, UNSET)
            # `1 == True` in Python, not in JSON.
            return not (type(value) is type(before) and value == before)
        try:
            return dumps(value) != self._texts.get(name)
        except (TypeError, ValueError) as error:
            raise TypeError(f"`{name}` cannot be kept in the state: {error}") from error
