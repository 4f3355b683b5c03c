"""`print` and the module `logging`, turned to the daemon's log."""

import io
import logging
import sys

from .host import Host
from .jsontext import utf8


class _Lines(io.TextIOBase):
    """A stream whose lines are lines of the log."""

    def __init__(self, host: Host, level: str) -> None:
        self._host = host
        self._level = level
        self.rest = ""
        """A line that has no end yet."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self._host.log(self._level, utf8(line))
        return len(text)

    def flush(self) -> None:
        """Does nothing: half a line is not one yet."""


class _Handler(logging.Handler):
    """Records of the module `logging`, with their level."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            level = "error"
        elif record.levelno >= logging.WARNING:
            level = "warn"
        elif record.levelno >= logging.INFO:
            level = "info"
        else:
            level = "debug"
        self._host.log(level, utf8(self.format(record)))


_streams: list[_Lines] = []


def to_log(host: Host) -> None:
    """Turns them there. What the author has set up for `logging` stays."""
    _streams[:] = [_Lines(host, "info"), _Lines(host, "error")]
    sys.stdout, sys.stderr = _streams
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(_Handler(host))
        root.setLevel(logging.INFO)


def flush() -> None:
    """At the end of an event, so that nothing of it turns up in the next."""
    for stream in _streams:
        if stream.rest:
            stream.write("\n")
