"""The small capabilities: configuration, log, time, randomness and uploaded files."""

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from ..errors import LiveError
from ..host import Host, number
from ..jsontext import utf8

T = TypeVar("T")
Level = Literal["trace", "debug", "info", "warn", "error"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Config:
    """Values under `[component.NAME.config]` and `[component.NAME.secrets]` of the daemon's configuration."""

    def __init__(self, host: Host, component: str) -> None:
        self._host = host
        self._component = component

    def get(self, key: str, default: str | None = None) -> str | None:
        """The value of a key, or the default if the configuration does not grant it."""
        value = self._host.config(key)
        return default if value is None else value

    def require(self, key: str, kind: Callable[[str], T] = str) -> T:  # type: ignore[assignment]
        """The value of a key that the component cannot do without, as an `int` or the like: `require("port", int)`."""
        place = f"`component.{self._component}.config.{key}`"
        value = self._host.config(key)
        if value is None:
            raise LiveError(f"{place} is not set")
        try:
            return kind(value)
        except ValueError:
            raise LiveError(f"{place} is not what is needed") from None


class Log:
    """Lines in the daemon's log, with the component's name and instance beside them."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def write(self, level: Level, message: object) -> None:
        """A line of a level that is chosen at run time."""
        self._host.log(level, utf8(str(message)))

    def trace(self, message: object) -> None:
        """Every step."""
        self.write("trace", message)

    def debug(self, message: object) -> None:
        """For finding a fault."""
        self.write("debug", message)

    def info(self, message: object) -> None:
        """Worth knowing."""
        self.write("info", message)

    def warn(self, message: object) -> None:
        """Something is not as it should be."""
        self.write("warn", message)

    def error(self, message: object) -> None:
        """Something did not work."""
        self.write("error", message)


class Clock:
    """The daemon's clock."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._host.now_ms()

    def now(self) -> datetime:
        """The time, in UTC."""
        return _EPOCH + timedelta(milliseconds=self._host.now_ms())

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back: for measuring."""
        return self._host.monotonic_ns() / 1e9


class Random(random.Random):
    """The daemon's randomness, with all that `random.Random` can do, such as `choice`. A seed is ignored."""

    # The base takes a seed, which is of no use here.
    def __new__(cls, host: Host) -> "Random":
        return super().__new__(cls)

    def __init__(self, host: Host) -> None:
        self._host = host
        self.gauss_next = None

    def random(self) -> float:
        """A number from 0 up to, but not including, 1."""
        return (self._host.random_u64() >> 11) * 2.0**-53

    def getrandbits(self, k: int, /) -> int:
        """A number of so many random bits."""
        return int.from_bytes(self.bytes((k + 7) // 8)) >> (-k % 8)

    def bytes(self, length: int) -> bytes:
        """Bytes fit for keys and tokens, at most 64 KiB."""
        return self._host.random_bytes(number(length, 32, "a number of bytes"))

    def uuid(self) -> str:
        """A random UUID, version 4."""
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def seed(self, *_: Any, **__: Any) -> None:
        """Has no effect."""

    def getstate(self) -> Any:
        """There is none."""
        raise NotImplementedError("the daemon's randomness has no state")

    def setstate(self, state: Any) -> None:
        """There is none."""
        self.getstate()


class Uploads:
    """Files that browsers have uploaded to this mount."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, upload: str, offset: int = 0, length: int = 65_536) -> bytes:
        """Up to `length` bytes of a finished upload from `offset` on; nothing at its end."""
        offset = number(offset, 64, "an offset")
        return self._host.upload_read(upload, offset, number(length, 32, "a length"))

    def chunks(self, upload: str, length: int = 65_536) -> Iterator[bytes]:
        """The whole of it, piece by piece."""
        offset = 0
        while data := self.read(upload, offset, length):
            yield data
            offset += len(data)
