"""Events in the future."""

from datetime import timedelta
from typing import Any

from ..host import Host, number
from ..jsontext import dumps

Time = float | timedelta
"""Seconds, or a `timedelta`. The daemon counts milliseconds."""


def milliseconds(time: Time) -> int:
    """The time as the daemon counts it."""
    seconds = time.total_seconds() if isinstance(time, timedelta) else time
    return number(round(seconds * 1000), 64, "a time in milliseconds")


class Timers:
    """Starts and cancels timers. A timer survives new versions of the code, and ends with the mount."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def after(self, delay: Time, name: str, payload: Any = None) -> int:
        """Calls the method marked `@timer("name")` once, after a delay. Gives the timer's id.

        `limit`: too many timers.
        """
        return self._host.timer_after(milliseconds(delay), name, _text(payload))

    def every(self, interval: Time, name: str, payload: Any = None) -> int:
        """Calls the method again and again, the first time after one interval. Gives the timer's id.

        `limit`: shorter than the daemon's shortest interval, or too many timers.
        """
        return self._host.timer_every(milliseconds(interval), name, _text(payload))

    def cancel(self, timer: int) -> None:
        """Ends a timer; nothing happens if it has fired."""
        self._host.timer_cancel(number(timer, 64, "a timer's id"))


def _text(payload: Any) -> str | None:
    return None if payload is None else dumps(payload)
