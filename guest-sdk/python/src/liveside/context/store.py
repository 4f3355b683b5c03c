"""A map of the component's own, shared by all its mounts, which outlives the daemon where it has a data directory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import HostError
from ..host import Host, number
from ..jsontext import Json, dumps, loads
from .keyed import TRIES
from .timers import Time, milliseconds


@dataclass(frozen=True, slots=True)
class Entries:
    """Some entries of the store, in the order of their keys."""

    entries: list[tuple[str, Any]]
    more: bool
    """Whether there are more behind the last one."""


class Store:
    """Keys of 1 to 512 bytes, values that have a JSON form, or bytes. A write is seen by everybody at once and stays,
    even if the event fails later; it is on the disk within the daemon's sync interval.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def get(self, key: str, default: Any = None) -> Any:
        """The value under a key, or the default if there is none or it has expired."""
        data = self.get_bytes(key)
        return default if data is None else _read(key, data)

    def set(self, key: str, value: Any, expires_after: Time | None = None) -> None:
        """Puts a value under a key, for ever or for so long.

        `invalid`: the key. `limit`: the value, or all of them, are too large.
        """
        self.set_bytes(key, dumps(value).encode(), expires_after)

    def get_bytes(self, key: str) -> bytes | None:
        """The bytes under a key, `None` if there are none or they have expired."""
        return self._host.store_get(key)

    def set_bytes(self, key: str, data: bytes, expires_after: Time | None = None) -> None:
        """Puts bytes under a key, for ever or for so long."""
        self._host.store_set(key, bytes(data), None if expires_after is None else milliseconds(expires_after))

    def delete(self, key: str) -> None:
        """Removes a key; nothing happens if it is not there."""
        self._host.store_delete(key)

    def update(self, key: str, change: Callable[[Any], Any], default: Json = None) -> Any:
        """Changes the value under a key, so that nobody else's change is lost: `update("n", lambda n: n + 1, 0)`.

        As `Persistent.update`.
        """
        for _ in range(TRIES):
            old = self._host.store_get(key)
            value = change(loads(dumps(default)) if old is None else _read(key, old))
            if self._host.store_compare_and_swap(key, old, dumps(value).encode(), None):
                return value
        raise HostError("failed", f"The stored `{key}` is written by too many at once")

    def list(self, prefix: str = "", limit: int = 100, after: str | None = None) -> Entries:
        """Up to `limit` entries whose key begins with `prefix`, in the order of their keys, behind the key `after`."""
        page = self._host.store_scan(prefix, number(limit, 32, "a number of entries"), after)
        return Entries([(key, _read(key, data)) for key, data in page.entries], page.more)

    def flush(self) -> None:
        """Waits until everything that was written before is on the disk. `failed`: the disk refuses."""
        self._host.store_flush()


def _read(key: str, data: bytes) -> Json:
    try:
        return loads(data.decode())
    except ValueError as error:
        raise HostError("failed", f"The stored `{key}` cannot be read: {error}") from None
