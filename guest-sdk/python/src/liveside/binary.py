"""A module as a file: taking out what nobody reads, and how much memory it begins with."""

from collections.abc import Iterator

_HEADER = 8
_CUSTOM, _CORE_MODULE, _COMPONENT, _MEMORY = 0, 1, 4, 5
_CORE_VERSION = b"\x01\x00\x00\x00"
_PAGE_BYTES = 65_536


def strip(module: bytes) -> bytes:
    """The same component without the sections `name` and `component-name`, also in the modules inside it: they are for
    debuggers of the interpreter.
    """
    kept = [module[:_HEADER]]
    for kind, body in _sections(module):
        if kind == _CUSTOM and _name(body) in (b"name", b"component-name"):
            continue
        content = strip(body) if _is_nested(module, kind) else body
        kept += [bytes([kind]), _bytes(len(content)), content]
    return b"".join(kept)


def memory_bytes(module: bytes) -> int:
    """The memory that an instance begins with."""
    most = 0
    for kind, body in _sections(module):
        if _is_nested(module, kind):
            most = max(most, memory_bytes(body))
        elif kind == _MEMORY and _is_core(module):
            # A count of memories (there is one), flags, the least number of pages.
            most = _number(body, 2)[0] * _PAGE_BYTES
    return most


def _sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind and the content of each section."""
    at = _HEADER
    while at < len(module):
        length, start = _number(module, at + 1)
        yield module[at], module[start : start + length]
        at = start + length


def _is_core(module: bytes) -> bool:
    return module[4:8] == _CORE_VERSION


def _is_nested(module: bytes, kind: int) -> bool:
    return not _is_core(module) and kind in (_CORE_MODULE, _COMPONENT)


def _name(body: bytes) -> bytes:
    length, start = _number(body, 0)
    return body[start : start + length]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number in LEB128, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _bytes(value: int) -> bytes:
    made = bytearray()
    while value >= 0x80:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
