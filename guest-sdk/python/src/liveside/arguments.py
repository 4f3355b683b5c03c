"""From the JSON that came with a call to the arguments of a method.

The rules, for actions, timers and room events alike:

- A method without arguments ignores the payload.
- Several arguments are taken by name from a JSON object; no payload and `null` count as an empty object.
- One argument whose type is a single value (a number, text, a list, ...) is taken by name from an object. A payload
  that is no object is the argument itself.
- One argument whose type is made from an object (a dataclass, a dict, anything) takes the whole payload; unless the
  object's only key is the argument's name and the type has no such key: then it takes what is under it.
- What is missing, or `null` where the type has no `None`, is the argument's default; without a default it is `None`
  where the type has it, and else an error.
- One argument of the type `Payload` is the whole payload, whatever it is; one of the type `RoomEvent` or `Timer` is
  the event itself.

Names are in camelCase on the wire. Keys that no argument asks for are ignored.
"""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from .conversion import Mismatch, Shape, shape_of
from .errors import InvalidPayload
from .events import RoomEvent, Timer
from .jsontext import Json
from .names import wire_name

_WHOLE = "the whole payload"
Payload = Annotated[Any, _WHOLE]
"""The whole payload of a call, whatever it is: `None` for none."""

_REQUIRED: Any = inspect.Parameter.empty
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method."""

    name: str
    key: str
    """Its name on the wire."""
    shape: Shape
    default: Any

    def value(self, payload: dict[str, Json]) -> Any:
        """Its value in an object."""
        given = payload.get(self.key)
        if given is None:
            return self.missing()
        return self.read(given)

    def read(self, given: Json) -> Any:
        """A value that is there."""
        try:
            return self.shape.read(given)
        except Mismatch as mismatch:
            place = f"{self.key}.{mismatch.path}" if mismatch.path else self.key
            raise InvalidPayload(f"`{place}` is not valid: {mismatch}") from None

    def missing(self) -> Any:
        """What it is when there is no value."""
        if self.default is not _REQUIRED:
            return self.default
        if self.shape.takes_none:
            return None
        raise InvalidPayload(f"The payload needs `{self.key}`")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a method that a payload is for."""

    listed: tuple[Argument, ...]
    whole: str | None = None
    """The name of the one that takes the whole payload."""
    event: str | None = None
    """The name of the one that takes the event itself."""

    def read(self, payload: Json, event: object = None) -> dict[str, Any]:
        """The arguments by name.

        Raises `InvalidPayload`, which names the argument.
        """
        listed = self.listed
        if len(listed) == 1:
            values = {listed[0].name: _only(listed[0], payload)}
        elif listed:
            if payload is None:
                payload = {}
            if type(payload) is not dict:
                keys = ", ".join(f"`{argument.key}`" for argument in listed)
                raise InvalidPayload(f"The payload must be an object with {keys}")
            values = {argument.name: argument.value(payload) for argument in listed}
        else:
            values = {}
        if self.whole is not None:
            values[self.whole] = payload
        if self.event is not None:
            values[self.event] = event
        return values

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what `read` accepts."""
        needed = [one.key for one in self.listed if one.default is _REQUIRED and not one.shape.takes_none]
        properties = {one.key: _schema_of(one) for one in self.listed}
        schema: dict[str, Any] = {"type": "object" if needed else ["object", "null"]}
        if needed:
            schema["required"] = needed
        schema["properties"] = properties
        if len(self.listed) != 1:
            return schema if self.listed else {}
        [one] = self.listed
        if one.shape.keys is None:
            by_name = {"required": needed, "properties": properties} if needed else {"properties": properties}
            return {"if": {"type": "object"}, "then": by_name, "else": properties[one.key]}
        if one.key in one.shape.keys:
            return properties[one.key]
        alone = {"type": "object", "required": [one.key], "maxProperties": 1}
        return {"if": alone, "then": {"properties": properties}, "else": properties[one.key]}


def _only(argument: Argument, payload: Json) -> Any:
    if payload is None:
        return argument.missing()
    if type(payload) is not dict:
        return argument.read(payload)
    keys = argument.shape.keys
    if keys is None:
        return argument.value(payload)
    if len(payload) == 1 and argument.key in payload and argument.key not in keys:
        return argument.value(payload)
    return argument.read(payload)


def _schema_of(argument: Argument) -> dict[str, Any]:
    schema = argument.shape.schema()
    may_be_null = argument.default is not _REQUIRED and not argument.shape.takes_none
    return {"anyOf": [schema, {"type": "null"}]} if may_be_null else schema


def arguments_of(method: Callable[..., Any], what: str) -> Arguments:
    """The arguments of a method after `self`.

    Raises `TypeError` with a sentence for the author, where a payload cannot be for them. `what` names the method.
    """
    hints = typing.get_type_hints(method, include_extras=True)
    listed = []
    whole = event = None
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        name = parameter.name
        hint = hints.get(name, Any)
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise TypeError(f"{what} cannot take *{name}: name the arguments one by one, or take one `{name}: Payload`")
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise TypeError(f"{what} takes `{name}` by position only: arguments come by name, so leave the `/` out")
        if hint is RoomEvent or hint is Timer:
            event = name
        elif typing.get_origin(hint) is Annotated and _WHOLE in typing.get_args(hint)[1:]:
            whole = name
        else:
            try:
                shape = shape_of(hint)
            except TypeError as error:
                raise TypeError(f"`{name}` of {what}: {error}") from None
            listed.append(Argument(name, wire_name(name), shape, parameter.default))
    return Arguments(tuple(listed), whole, event)


def positions_of(method: Callable[..., Any]) -> int:
    """How many arguments by position a hook takes after `self`: those that it leaves out are not given."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return 8
    return sum(parameter.kind in _POSITIONAL for parameter in parameters)
