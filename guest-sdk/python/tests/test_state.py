"""State as attributes of a class."""

from dataclasses import dataclass, field
from typing import Any

import pytest

import liveside
from liveside import Component, LiveError, action
from liveside.testing import Harness


@dataclass
class Line:
    text: str = ""
    is_done: bool = False


class Notes(Component, set_value=True):
    title: str = "none"
    opened_by: str | None = None
    flag: bool = False
    lines: list[Line]
    tags: dict[str, int] = {"a": 1}
    renamed: int = liveside.field(3, key="other")

    @action
    def touch(self) -> str:
        return self.title

    @action
    def same(self) -> None:
        self.title = self.title
        self.lines = list(self.lines)

    @action
    def append(self, text: str) -> None:
        self.lines.append(Line(text))

    @action
    def finish(self, at: int) -> None:
        self.lines[at].is_done = True
        self.tags["done"] = at

    @action
    def number(self) -> None:
        self.flag = 1  # type: ignore[assignment]

    @action
    def renumber(self) -> None:
        self.renamed += 1

    @action
    def clear(self) -> None:
        self.reset_state()

    @action
    def mistype(self) -> None:
        self.titel = "x"

    @action
    def scratch(self) -> None:
        self._seen = 1

    @action
    def unwritable(self) -> None:
        self.tags["x"] = object()  # type: ignore[assignment]


STATE = {"title": "none", "openedBy": None, "flag": False, "lines": [], "tags": {"a": 1}, "other": 3}


def test_the_defaults_are_the_state_of_a_new_mount() -> None:
    assert Harness(Notes).state == STATE


def test_only_what_is_looked_at_is_loaded() -> None:
    notes = Harness(Notes)
    for _ in range(2):
        assert notes.call("touch") == "none"
        assert notes.loaded == ["title"]
        assert notes.delta == {}


def test_a_value_that_is_the_same_is_no_change() -> None:
    notes = Harness(Notes)
    notes.call("same")
    assert notes.delta == {}


def test_what_is_changed_in_place_is_found() -> None:
    notes = Harness(Notes)
    notes.call("append", "a")
    assert notes.delta == {"lines": [{"text": "a", "isDone": False}]}
    notes.call("finish", {"at": 0})
    assert notes.delta == {"lines": [{"text": "a", "isDone": True}], "tags": {"a": 1, "done": 0}}


def test_true_and_1_are_two_values() -> None:
    notes = Harness(Notes)
    notes.set_value("flag", True)
    notes.call("number")
    assert notes.state["flag"] == 1 and notes.state["flag"] is not True


def test_a_key_can_have_another_name() -> None:
    notes = Harness(Notes)
    notes.call("renumber")
    assert notes.delta == {"other": 4}


def test_reset_puts_every_key_to_its_default_and_defaults_are_not_shared() -> None:
    notes = Harness(Notes)
    notes.call("append", "a")
    notes.call("finish", 0)
    notes.call("clear")
    assert notes.state == STATE
    assert Harness(Notes).state == STATE


def test_a_mistyped_name_is_a_bug_and_changes_nothing() -> None:
    notes = Harness(Notes)
    with pytest.raises(AttributeError, match="Notes has no state `titel`"):
        notes.call("mistype")
    notes.call("scratch")
    assert notes.state == STATE


def test_a_value_without_a_json_form_is_a_bug_that_names_it() -> None:
    with pytest.raises(TypeError, match="`tags` cannot be kept in the state: a object has no JSON form"):
        Harness(Notes).call("unwritable")


def test_what_a_browser_set_must_fit() -> None:
    notes = Harness(Notes)
    notes.set_value("title", 5)
    with pytest.raises(LiveError, match="The state's `title` cannot be read: expected text, got the number 5"):
        notes.call("touch")
    notes.set_value("title", None)
    assert notes.call("touch") == "none"


def test_without_migrate_what_fits_is_kept() -> None:
    old = {"title": 5, "openedBy": "ana", "gone": 1, "lines": [{"text": "a"}]}
    kept = Harness.migrate(Notes, "0.9.0", old)
    assert kept == {**STATE, "openedBy": "ana", "lines": [{"text": "a"}]}


def test_what_migrate_gives_must_fit() -> None:
    class Strict(Component):
        count: int = 0

        @staticmethod
        def migrate(from_version: str, state: dict[str, Any]) -> None:
            state["count"] = "many"

    with pytest.raises(LiveError, match="After `migrate`: The state's `count` cannot be read"):
        Harness.migrate(Strict, "1.0.0", {})


def test_mistakes_in_a_class_are_told_when_it_is_prepared() -> None:
    class Unknown(Component):
        thing: object = object()

    class Needs(Component):
        line: "Needed"

    with pytest.raises(TypeError, match="the default of `thing` of Unknown does not fit"):
        Harness(Unknown)
    with pytest.raises(TypeError, match="`line` of Needs needs a default"):
        Harness(Needs)


@dataclass
class Needed:
    text: str
    other: list[str] = field(default_factory=list)
