"""JSON text, as it crosses the boundary to the daemon."""

import dataclasses
import enum
import json
import json.encoder
from collections.abc import Callable
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
_decoder = json.JSONDecoder()


def _encode_by_c() -> Callable[[object], str]:
    """As `_encoder.encode`, which makes this function of C anew for each text: that takes longer than most texts."""
    chunks = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
        None, plain, json.encoder.encode_basestring, None, ":", ",", False, False, False
    )
    return lambda value: "".join(chunks(value, 0))


_encode = _encode_by_c() if getattr(json.encoder, "c_make_encoder", None) else _encoder.encode


def dumps(value: object) -> str:
    """The text of a value.

    Raises `TypeError` or `ValueError` where it has no JSON form.
    """
    return utf8(_encode(value))


def loads(text: str | None) -> Json:
    """The value of a text; no text is `None`."""
    if text is None:
        return None
    try:
        # What `decode` does besides is for blanks around the value, which the daemon leaves out.
        value, _ = _decoder.scan_once(text, 0)  # type: ignore[attr-defined]
    except StopIteration:
        value = _decoder.decode(text)
    if "\\ud" in text or "\\uD" in text:
        # Half a surrogate pair can be escaped in JSON; no text with one can cross back to the daemon.
        value = _decoder.decode(dumps(value))
    return value


def utf8(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can escape and UTF-8 has no form for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
