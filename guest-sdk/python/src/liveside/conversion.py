"""From JSON to the types that authors write: checked, with an error that says where it is wrong.

The annotation is looked at once, when the component is prepared; what is left for an event is a plain function.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union

from .jsontext import Json
from .names import wire_name

NOTHING: Any = object()
"""Stands for a value that is not there."""


class Mismatch(Exception):
    """The value is not of the type. `path` leads to the place: `items.0.name`."""

    def __init__(self, expected: str, got: object, path: str = "") -> None:
        self.expected = expected
        self.got = got
        self.path = path
        super().__init__(f"expected {expected}, got {_name_of(got)}")

    def under(self, key: object) -> "Mismatch":
        """The same, seen from one level further out."""
        return Mismatch(self.expected, self.got, f"{key}.{self.path}".rstrip("."))


@dataclass(frozen=True, slots=True)
class Shape:
    """A type, ready for reading."""

    read: Callable[[Json], Any]
    """Gives the value, or raises `Mismatch`."""
    schema: Callable[[], dict[str, Any]]
    keys: frozenset[str] | None = None
    """The keys that it takes from an object; `None`: it is a single value."""
    takes_none: bool = False
    zero: Callable[[], Any] | None = None
    """The value that a field without a default starts with."""


def _name_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text" if len(value) > 40 else f"the text {value!r}"
        case list():
            return "a list"
        case dict():
            return "an object"
    return f"a {type(value).__name__}"


def _read_bool(value: Json) -> bool:
    if value is True or value is False:
        return bool(value)
    raise Mismatch("true or false", value)


def _read_int(value: Json) -> int:
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise Mismatch("a whole number", value)


def _read_float(value: Json) -> float:
    if type(value) is float or type(value) is int:
        return float(value)
    raise Mismatch("a number", value)


def _read_str(value: Json) -> str:
    if type(value) is str:
        return value
    raise Mismatch("text", value)


def _read_none(value: Json) -> None:
    if value is not None:
        raise Mismatch("null", value)


def _typed(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"type": name}


_ANY = Shape(read=lambda value: value, schema=dict, keys=frozenset(), takes_none=True, zero=lambda: None)
_SIMPLE: dict[Any, Shape] = {
    Any: _ANY,
    object: _ANY,
    bool: Shape(_read_bool, _typed("boolean"), zero=bool),
    int: Shape(_read_int, _typed("integer"), zero=int),
    float: Shape(_read_float, _typed("number"), zero=float),
    str: Shape(_read_str, _typed("string"), zero=str),
    type(None): Shape(_read_none, _typed("null"), takes_none=True, zero=lambda: None),
    None: Shape(_read_none, _typed("null"), takes_none=True, zero=lambda: None),
}


def shape_of(annotation: Any) -> Shape:
    """The shape of a type.

    Raises `TypeError` where JSON has nothing like it.
    """
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return shape_of(arguments[0])
    if origin is Union or origin is types.UnionType:
        return _union([shape_of(argument) for argument in arguments])
    if origin is Literal:
        return _one_of(arguments, {argument: argument for argument in arguments})
    kind = origin or annotation
    if hasattr(kind, "__value__"):
        # `type Name = ...`
        return shape_of(kind.__value__)
    if isinstance(kind, typing.NewType):
        return shape_of(kind.__supertype__)
    if kind in (list, set, frozenset, Sequence):
        return _items(list if kind is Sequence else kind, shape_of(arguments[0]) if arguments else _ANY)
    if kind is tuple:
        return _tuple(arguments)
    if kind in (dict, Mapping):
        return _mapping(shape_of(arguments[1]) if arguments else _ANY)
    if typing.is_typeddict(kind):
        return _typed_dict(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _one_of([case.value for case in kind], {case.value: case for case in kind})
    raise TypeError(f"{getattr(annotation, '__name__', annotation)} is not a type that JSON can carry")


def _union(shapes: list[Shape]) -> Shape:
    def read(value: Json) -> Any:
        first = None
        for shape in shapes:
            try:
                return shape.read(value)
            except Mismatch as mismatch:
                # "null" says the least of what would have been right.
                first = mismatch if first is None or first.expected == "null" else first
        assert first is not None
        raise first

    keys = [shape.keys for shape in shapes if shape.keys is not None]
    return Shape(
        read,
        schema=lambda: {"anyOf": [shape.schema() for shape in shapes]},
        keys=frozenset().union(*keys) if keys else None,
        takes_none=any(shape.takes_none for shape in shapes),
        zero=(lambda: None) if any(shape.takes_none for shape in shapes) else shapes[0].zero,
    )


def _one_of(values: Sequence[Any], known: dict[Any, Any]) -> Shape:
    listed = ", ".join(repr(value) for value in values)

    def read(value: Json) -> Any:
        try:
            # `1 == True` in Python, not in JSON.
            if any(type(value) is type(one) for one in known if one == value):
                return known[value]
        except TypeError:
            pass
        raise Mismatch(f"one of {listed}", value)

    return Shape(read, schema=lambda: {"enum": list(values)}, takes_none=None in known)


def _read_under(key: object, shape: Shape, value: Json) -> Any:
    """Reads a part of a value; what is wrong with it is told with its key."""
    try:
        return shape.read(value)
    except Mismatch as mismatch:
        raise mismatch.under(key) from None


def _items(kind: Callable[[list[Any]], Any], item: Shape) -> Shape:
    def read(value: Json) -> Any:
        if type(value) is not list:
            raise Mismatch("a list", value)
        items = value if item is _ANY else [_read_under(at, item, one) for at, one in enumerate(value)]
        return items if kind is list else kind(items)

    return Shape(read, schema=lambda: {"type": "array", "items": item.schema()}, zero=lambda: kind([]))


def _tuple(arguments: tuple[Any, ...]) -> Shape:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return _items(tuple, shape_of(arguments[0]))
    if not arguments:
        return _items(tuple, _ANY)
    shapes = [shape_of(argument) for argument in arguments]

    def read(value: Json) -> Any:
        if type(value) is not list or len(value) != len(shapes):
            raise Mismatch(f"a list of {len(shapes)}", value)
        return tuple(_read_under(at, shape, value[at]) for at, shape in enumerate(shapes))

    def schema() -> dict[str, Any]:
        listed = [shape.schema() for shape in shapes]
        return {"type": "array", "prefixItems": listed, "minItems": len(shapes), "maxItems": len(shapes)}

    return Shape(read, schema)


def _mapping(item: Shape) -> Shape:
    def read(value: Json) -> Any:
        if type(value) is not dict:
            raise Mismatch("an object", value)
        if item is _ANY:
            return value
        return {key: _read_under(key, item, one) for key, one in value.items()}

    return Shape(
        read,
        schema=lambda: {"type": "object", "additionalProperties": item.schema()},
        keys=frozenset(),
        zero=dict,
    )


def _dataclass(kind: Any) -> Shape:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    shapes = {wire_name(field.name): (field.name, shape_of(hints[field.name])) for field in fields}
    needed = [
        wire_name(field.name)
        for field in fields
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
        and not shape_of(hints[field.name]).takes_none
    ]
    optional = {name for key, (name, shape) in shapes.items() if key not in needed and shape.takes_none}
    defaulted = {
        field.name
        for field in fields
        if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    }

    def read(value: Json) -> Any:
        values = _read_keys(value, shapes, needed)
        for name in optional - defaulted:
            values.setdefault(name, None)
        return kind(**values)

    zero = kind if not needed and optional <= defaulted else None
    return Shape(read, lambda: _object_schema(shapes, needed), keys=frozenset(shapes), zero=zero)


def _typed_dict(kind: Any) -> Shape:
    hints = typing.get_type_hints(kind)
    shapes = {name: (name, shape_of(hint)) for name, hint in hints.items()}
    needed = sorted(kind.__required_keys__)
    return Shape(
        lambda value: _read_keys(value, shapes, needed),
        lambda: _object_schema(shapes, needed),
        keys=frozenset(shapes),
        zero=dict if not needed else None,
    )


def _read_keys(value: Json, shapes: dict[str, tuple[str, Shape]], needed: Sequence[str]) -> dict[str, Any]:
    """The values of an object by their names in Python. Keys that nothing asks for are passed over."""
    if type(value) is not dict:
        raise Mismatch("an object", value)
    for key in needed:
        if key not in value:
            raise Mismatch(f"an object with `{key}`", value)
    return {name: _read_under(key, shape, value[key]) for key, (name, shape) in shapes.items() if key in value}


def _object_schema(shapes: dict[str, tuple[str, Shape]], needed: Sequence[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    if needed:
        schema["required"] = list(needed)
    schema["properties"] = {key: shape.schema() for key, (_, shape) in shapes.items()}
    return schema
