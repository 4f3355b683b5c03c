"""The form, filled in without a browser."""

import pytest
from component import Form, looks_like_an_address

from liveside import LiveError
from liveside.testing import Harness

NOW_MS = 1_700_000_000_000


def filled() -> Harness[Form]:
    form = Harness(Form, now_ms=NOW_MS)
    form.set_value("name", "Ana")
    form.set_value("email", "ana@example.org")
    return form


def test_it_starts_empty() -> None:
    state = {"name": "", "email": "", "message": "", "submitted": False, "submittedAt": None}
    assert Harness(Form).state == state


def test_validate_tells_what_is_wrong_as_data() -> None:
    form = Harness(Form)
    form.set_value("email", "ana@home")
    errors = {"name": "Please tell us your name.", "email": '"ana@home" is not an email address.'}
    assert form.call("validate") == {"valid": False, "errors": errors}
    assert form.delta == {}


def test_submit_fails_with_the_same_sentences() -> None:
    form = Harness(Form)
    with pytest.raises(LiveError, match="Please tell us your email address. Please tell us your name."):
        form.call("submit")
    assert form.state["submitted"] is False


def test_submit_keeps_the_time_of_the_daemon() -> None:
    form = filled()
    assert form.call("validate") == {"valid": True, "errors": {}}
    assert form.call("submit") == {"success": True, "submittedAt": NOW_MS}
    assert form.delta == {"submitted": True, "submittedAt": NOW_MS}


def test_a_form_is_sent_once() -> None:
    form = filled()
    form.call("submit")
    with pytest.raises(LiveError, match="This form has been sent already."):
        form.call("submit")


def test_reset_empties_it() -> None:
    form = filled()
    form.call("submit")
    form.call("reset")
    assert form.state == Harness(Form).state


@pytest.mark.parametrize("good", ["a@b.c", "ana.b+c@mail.example.org"])
def test_addresses_are_taken(good: str) -> None:
    assert looks_like_an_address(good)


@pytest.mark.parametrize("bad", ["ana", "@b.c", "a@b", "a@b.", "a@.c", "a b@c.d"])
def test_other_text_is_not(bad: str) -> None:
    assert not looks_like_an_address(bad)
