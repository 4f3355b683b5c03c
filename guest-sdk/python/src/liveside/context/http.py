"""Outgoing HTTP, to the hosts that the daemon's configuration allows for this component. None by default."""

from dataclasses import dataclass
from typing import Any

from ..host import Host, Request, number
from ..jsontext import dumps, loads


@dataclass(frozen=True, slots=True)
class Response:
    """An answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text. Bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """The first header of this name, whatever its case."""
        name = name.lower()
        return next((value for header, value in self.headers if header.lower() == name), None)

    def json(self) -> Any:
        """The body, read as JSON. Raises `ValueError` where it is none."""
        return loads(self.text)


def fetch(
    host: Host,
    url: str,
    *,
    method: str | None,
    headers: dict[str, str] | None,
    json: Any,
    body: bytes | str | None,
    timeout: float | None,
) -> Response:
    """Makes a request. See `Context.fetch`."""
    if json is not None and body is not None:
        raise TypeError("a request has `json` or `body`, not both")
    sent = list((headers or {}).items())
    if json is not None:
        sent.append(("content-type", "application/json"))
        body = dumps(json)
    data = body.encode() if isinstance(body, str) else body
    timeout_ms = None if timeout is None else min(number(round(timeout * 1000), 64, "a time-out"), 2**32 - 1)
    request = Request(method or ("GET" if data is None else "POST"), url, sent, data, timeout_ms)
    answer = host.fetch(request)
    return Response(answer.status, answer.headers, answer.body)
