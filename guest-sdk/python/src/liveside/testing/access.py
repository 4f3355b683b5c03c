"""Who may: the daemon's rules, with the daemon's words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..definition import Requires
from ..errors import Denied


@dataclass(slots=True)
class User:
    """A user whose identity the daemon has verified."""

    id: str
    roles: list[str] = field(default_factory=list)
    permissions: list[str] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)


def check(access: Requires | None, user: User | None, what: str) -> None:
    """Raises `Denied`, with what is missing, where the user may not do `what`: a component, or an action of one."""
    if access is None:
        return
    if user is None:
        raise Denied(f"{what} needs an authenticated user")
    if access.roles and not set(access.roles) & set(user.roles):
        raise Denied(f"{what} needs {_one_of('the role', 'one of the roles', access.roles)}")
    missing = [permission for permission in access.permissions if permission not in user.permissions]
    if missing:
        raise Denied(f"{what} needs {_one_of('the permission', 'the permissions', missing)}")


def _one_of(one: str, several: str, names: Iterable[str]) -> str:
    listed = [f"`{name}`" for name in names]
    return f"{one if len(listed) == 1 else several} {', '.join(listed)}"
