"""A form whose fields are state: the browser sets them with `setValue` while somebody types, `validate` says as data
what is wrong, `submit` fails as an action.
"""

from typing import Any

from liveside import Component, LiveError, action

LONGEST_MESSAGE = 2_000
"""A message is a few lines, not a file."""


class Form(Component, name="PythonForm", version="1.0.0", set_value=True):
    name: str = ""
    email: str = ""
    message: str = ""
    submitted: bool = False
    submitted_at: int | None = None
    """Milliseconds since the Unix epoch."""

    @action
    def validate(self) -> dict[str, Any]:
        errors = self.errors()
        return {"valid": not errors, "errors": errors}

    @action
    def submit(self) -> dict[str, Any]:
        if errors := self.errors():
            raise LiveError(" ".join(errors[field] for field in sorted(errors)))
        if self.submitted:
            raise LiveError("This form has been sent already.")
        self.submitted = True
        self.submitted_at = self.cx.clock.now_ms()
        return {"success": True, "submittedAt": self.submitted_at}

    @action
    def reset(self) -> None:
        self.reset_state()

    def errors(self) -> dict[str, str]:
        """A sentence for each field that is not as it should be."""
        errors = {}
        email = self.email.strip()
        if not self.name.strip():
            errors["name"] = "Please tell us your name."
        if not email:
            errors["email"] = "Please tell us your email address."
        elif not looks_like_an_address(email):
            errors["email"] = f'"{email}" is not an email address.'
        if len(self.message) > LONGEST_MESSAGE:
            errors["message"] = f"Please use at most {LONGEST_MESSAGE} characters."
        return errors


def looks_like_an_address(text: str) -> bool:
    """Something before an `@` and a domain with a dot behind it. Whether somebody reads it, only a message can tell."""
    user, _, domain = text.rpartition("@")
    has_inner_dot = domain.strip(".") == domain and "." in domain
    return bool(user) and has_inner_dot and not any(character.isspace() for character in text)
