"""Who is behind an event."""

from functools import cached_property
from typing import Any

from ..host import SessionRecord
from ..jsontext import loads


class Session:
    """Who is behind the current event."""

    def __init__(self, record: SessionRecord) -> None:
        self.authenticated = record.authenticated
        """`False` for an anonymous visitor."""
        self.user_id = record.user_id
        """The identity that the daemon has verified; `None` for an anonymous visitor."""
        self.roles = record.roles
        self.permissions = record.permissions
        self.connection_id = record.connection_id
        """The connection whose message is being handled; `None` where no single one is behind the event."""
        self.label = record.label
        """What the browser calls its user. A label, not an identity: anybody may send anything."""
        self._claims = record.claims

    @cached_property
    def claims(self) -> dict[str, Any]:
        """Further claims of the identity."""
        claims: dict[str, Any] = loads(self._claims)
        return claims

    def has_role(self, role: str) -> bool:
        """Whether the identity has this role."""
        return role in self.roles

    def has_permission(self, permission: str) -> bool:
        """Whether the identity has this permission."""
        return permission in self.permissions
