"""JSON text, as it crosses the boundary to the daemon."""

import dataclasses
import enum
import json
from typing import Any

from .names import wire_name

Json = Any
"""What `json.loads` makes."""


def plain(value: object) -> Json:
    """What JSON has no word for, in words that it has: dataclasses (keys in camelCase), enums, sets."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {wire_name(field.name): getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"a {type(value).__name__} has no JSON form")


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain)
_decode = json.JSONDecoder().decode


def dumps(value: object) -> str:
    """The text of a value.

    Raises `TypeError` or `ValueError` where it has no JSON form.
    """
    # An event writes small numbers more often than anything else, and the encoder is slow to start.
    if type(value) is int:
        return str(value)
    return utf8(_encoder.encode(value))


def loads(text: str | None) -> Json:
    """The value of a text; no text is `None`."""
    if text is None:
        return None
    value = _decode(text)
    if "\\ud" in text or "\\uD" in text:
        # Half a surrogate pair can be escaped in JSON; no text with one can cross back to the daemon.
        value = _decode(utf8(_encoder.encode(value)))
    return value


def utf8(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can escape and UTF-8 has no form for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
