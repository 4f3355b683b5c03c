"""Where a quick build puts the author's sources: a reserved place in the memory of a module that is built once.

The build tool finds the place in the file by its mark and writes there; an instance imports them before its first
event. The code here runs in the module, but for `MARK` and `SIZE`.
"""

import importlib
import importlib.abc
import importlib.machinery
import json
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

SIZE = 256 << 10
"""Bytes of the place, mark and length included."""

FILLER = 0xAA
"""What is there before anything is: not zero, because zeros are left out of the file."""

# The other way round, so that the mark itself is in the memory once: in the place.
_KRAM = b"\x8e-ecruos-s'rohtua-eht-rof-ecalp-edisevil\xd1"
MARK = _KRAM[::-1] if sys.platform != "wasi" else b""
HEADER = len(_KRAM) + 4
"""The mark, and the length of what is behind it as four bytes, the least first."""

_place = bytearray()


def reserve() -> None:
    """Makes the place. Called when the module is built."""
    _place.extend(bytes([FILLER]) * SIZE)
    for at, byte in enumerate(reversed(_KRAM)):
        _place[at] = byte


def import_sources() -> bool:
    """Imports what was put there; `False` if nothing was."""
    length = int.from_bytes(_place[HEADER - 4 : HEADER], "little")
    if not _place or length > SIZE - HEADER:
        return False
    content = json.loads(_place[HEADER : HEADER + length].decode())
    sys.meta_path.insert(0, _Finder(content["sources"]))
    importlib.import_module(content["module"])
    return True


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Modules by their full name: whether it is a package, its path for tracebacks, its source."""

    def __init__(self, sources: dict[str, tuple[bool, str, str]]) -> None:
        self._sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._sources:
            return None
        is_package, origin, _ = self._sources[fullname]
        return importlib.machinery.ModuleSpec(fullname, self, origin=origin, is_package=is_package)

    def get_source(self, fullname: str) -> str:
        return self._sources[fullname][2]

    def is_package(self, fullname: str) -> bool:
        return self._sources[fullname][0]

    def get_code(self, fullname: str) -> CodeType:
        _, origin, source = self._sources[fullname]
        return compile(source, origin, "exec", dont_inherit=True)
