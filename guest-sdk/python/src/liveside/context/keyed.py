"""The two maps beside the state: private data of a mount, and what all mounts of a component share."""

from collections.abc import Callable
from typing import Any

from ..errors import HostError
from ..host import Host
from ..jsontext import Json, dumps, loads

TRIES = 1_000
"""How often an update starts over because others wrote in between."""


class _Keyed:
    """A map from text to JSON, used as a `dict` is."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def _read(self, key: str) -> str | None:
        raise NotImplementedError

    def _write(self, key: str, text: str) -> None:
        raise NotImplementedError

    def _remove(self, key: str) -> None:
        raise NotImplementedError

    def get(self, key: str, default: Any = None) -> Any:
        """The value under a key, or the default if there is none."""
        text = self._read(key)
        return default if text is None else loads(text)

    def set(self, key: str, value: Any) -> None:
        """Puts a value under a key. `limit`: it would be too large."""
        self._write(key, dumps(value))

    def delete(self, key: str) -> None:
        """Removes a key; nothing happens if it is not there."""
        self._remove(key)

    def __getitem__(self, key: str) -> Any:
        text = self._read(key)
        if text is None:
            raise KeyError(key)
        return loads(text)

    def __setitem__(self, key: str, value: Any) -> None:
        self.set(key, value)

    def __delitem__(self, key: str) -> None:
        self.delete(key)

    def __contains__(self, key: str) -> bool:
        return self._read(key) is not None


class Private(_Keyed):
    """Data of this mount that no browser ever sees. It belongs to the event's transaction, as the state does."""

    def _read(self, key: str) -> str | None:
        return self._host.private_get(key)

    def _write(self, key: str, text: str) -> None:
        self._host.private_set(key, text)

    def _remove(self, key: str) -> None:
        self._host.private_delete(key)


class Persistent(_Keyed):
    """One map for all mounts of this component. A write is seen by everybody at once and stays, even if the event fails
    later. Use `update` where several mounts may write the same key.
    """

    def _read(self, key: str) -> str | None:
        return self._host.persistent_get(key)

    def _write(self, key: str, text: str) -> None:
        self._host.persistent_set(key, text)

    def _remove(self, key: str) -> None:
        self._host.persistent_delete(key)

    def update(self, key: str, change: Callable[[Any], Any], default: Json = None) -> Any:
        """Changes the value under a key, so that no other mount's change is lost: `update("n", lambda n: n + 1, 0)`.

        `change` gets the value, or a copy of the default if there is none, and gives the new one, which is the result.
        It runs again if somebody else wrote meanwhile.
        """
        for _ in range(TRIES):
            old = self._host.persistent_get(key)
            value = change(loads(dumps(default) if old is None else old))
            if self._host.persistent_compare_and_set(key, old, dumps(value)):
                return value
        raise HostError("failed", f"The persistent `{key}` is written by too many at once")
