"""Takes the names of functions out of a module: they are for debuggers of the interpreter, and nobody reads them."""

_HEADER = 8
_CUSTOM, _CORE_MODULE, _COMPONENT = 0, 1, 4
_CORE_VERSION = b"\x01\x00\x00\x00"


def strip(module: bytes) -> bytes:
    """The same component without the sections `name` and `component-name`, also in the modules inside it."""
    view = memoryview(module)
    is_core = module[4:8] == _CORE_VERSION
    kept = [module[:_HEADER]]
    at = _HEADER
    while at < len(module):
        kind = module[at]
        length, start = _number(module, at + 1)
        body = view[start : start + length]
        at = start + length
        if kind == _CUSTOM and _name(bytes(body[:64])) in (b"name", b"component-name"):
            continue
        content = strip(bytes(body)) if not is_core and kind in (_CORE_MODULE, _COMPONENT) else bytes(body)
        kept += [bytes([kind]), _bytes(len(content)), content]
    return b"".join(kept)


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
