"""What the context offers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from liveside import Component, HostError, LimitExceeded, LiveError
from liveside.context import Context
from liveside.host import RawResponse, Request
from liveside.jsontext import dumps, loads
from liveside.testing import Harness, TimerStarted
from liveside.testing.world import World


class Empty(Component):
    pass


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def cx(world: World) -> Context:
    return Context(world, "LiveEmpty", "test-1")


def test_private_and_persistent_are_maps(cx: Context) -> None:
    for data in (cx.private, cx.persistent):
        data["a"] = {"b": [1]}
        assert data["a"] == {"b": [1]} and "a" in data and data.get("c", 5) == 5
        del data["a"]
        with pytest.raises(KeyError):
            data["a"]


def test_an_update_loses_no_other_change(cx: Context, world: World) -> None:
    tries = []

    def change(number: int) -> int:
        tries.append(number)
        if len(tries) == 1:
            world.persistent["n"] = "10"
        return number + 1

    assert cx.persistent.update("n", change, 0) == 11
    assert tries == [0, 10]
    assert cx.store.update("n", lambda number: number + 1, 0) == 1


def test_the_store_keeps_values_and_bytes_for_a_time(cx: Context, world: World) -> None:
    cx.store.set("a:1", {"x": 1})
    cx.store.set("a:2", 2, expires_after=timedelta(seconds=5))
    cx.store.set_bytes("b", b"\xff")
    page = cx.store.list("a:", 1)
    assert (page.entries, page.more) == ([("a:1", {"x": 1})], True)
    world.clock_ms = 5_000
    assert cx.store.list("a:", after="a:1").entries == []
    assert cx.store.get_bytes("b") == b"\xff"
    with pytest.raises(HostError, match="The stored `b` cannot be read"):
        cx.store.get("b")


def test_a_room_that_is_not_there_is_false(cx: Context) -> None:
    assert not cx.room and cx.rooms["a"]
    with pytest.raises(HostError) as error:
        cx.rooms["a"].emit("X")
    assert error.value.reason == "denied" and error.value.code == "failed"


def test_the_time_is_the_daemons(cx: Context, world: World) -> None:
    world.clock_ms = 1_500
    assert cx.clock.now() == datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)
    assert cx.clock.monotonic() == 1.5
    cx.timers.every(timedelta(minutes=1), "x")
    assert world.effects == [TimerStarted("x", 60.0, True)]
    with pytest.raises(HostError, match="must be a whole number"):
        cx.timers.after(-1, "x")


def test_randomness_is_the_daemons(cx: Context) -> None:
    assert 0 <= cx.random.random() < 1
    assert cx.random.choice("ab") in "ab"
    assert 1 <= cx.random.randint(1, 6) <= 6
    assert len(cx.random.bytes(5)) == 5
    assert cx.random.uuid()[14] == "4"
    assert sorted(cx.random.sample(range(5), 5)) == list(range(5))
    assert cx.random.gauss() != cx.random.gauss()


def test_config_can_be_required(cx: Context, world: World) -> None:
    world.settings["port"] = "80"
    assert cx.config.require("port", int) == 80
    with pytest.raises(LiveError, match="`component.LiveEmpty.config.other` is not set"):
        cx.config.require("other")


def test_a_request_carries_what_it_is_given(cx: Context, world: World) -> None:
    sent: list[Request] = []

    def answer(request: Request) -> RawResponse:
        sent.append(request)
        return RawResponse(201, [("Content-Type", "x")], b'{"a":1}')

    with pytest.raises(HostError, match="No host is allowed"):
        cx.fetch("http://a")
    world.http = answer
    response = cx.fetch("http://a", json={"b": 2}, timeout=1.5)
    assert (response.ok, response.header("content-type"), response.json()) == (True, "x", {"a": 1})
    assert sent == [Request("POST", "http://a", [("content-type", "application/json")], b'{"b":2}', 1500)]


def test_uploads_come_in_pieces(cx: Context, world: World) -> None:
    world.uploads["u"] = b"abcde"
    assert list(cx.uploads.chunks("u", 2)) == [b"ab", b"cd", b"e"]


def test_errors_have_codes() -> None:
    assert HostError("limit", "too large").code == "limit"
    assert LimitExceeded("x").code == "limit"


def test_props_are_laid_over_known_keys() -> None:
    class Taking(Component):
        a: int = 0

    def state(props: Any) -> dict[str, Any]:
        return Harness(Taking, props=props).state

    assert state({"a": 1, "b": 2}) == {"a": 1}


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert dumps("\ud800") == '"\ufffd"'
    assert dumps("\ud83d\ude00é") == '"😀é"'
    assert loads('["\\ud800", "\\ud83d\\uDE00"]') == ["\ufffd", "😀"]
