"""The errors that an author raises and meets.

Every `LiveError` is an expected one: its text is a sentence for the user, and what the event changed before is kept.
Any other exception is a bug: its traceback goes to the daemon's log, and what the event changed is dropped.
"""

from typing import Literal

FailureCode = Literal["failed", "not-callable", "invalid-payload", "denied", "limit", "crashed"]
"""What programs can tell a failure by."""

Refusal = Literal["not-available", "denied", "invalid", "limit", "timeout", "failed"]
"""Why the daemon refused a call."""


class LiveError(Exception):
    """The action did not work, and the message says why."""

    code: FailureCode = "failed"

    def __init__(self, message: str = "It did not work.") -> None:
        super().__init__(message)

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return str(self)


class Denied(LiveError):
    """This user may not."""

    code = "denied"


class InvalidPayload(LiveError):
    """The payload is not what the action takes."""

    code = "invalid-payload"


class NotCallable(LiveError):
    """There is no such action."""

    code = "not-callable"


class LimitExceeded(LiveError):
    """A limit would be passed."""

    code = "limit"


class HostError(LiveError):
    """The daemon refused a call, which changed nothing. If it is not caught, the event ends with the daemon's words."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason: Refusal = reason
        """What programs can tell the refusal by."""
        self.code = "limit" if reason == "limit" else "failed"
