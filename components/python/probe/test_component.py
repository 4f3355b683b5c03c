"""The probe, without a daemon."""

import json

import pytest
from component import Probe
from probe import Box, Hall

from liveside import Denied, HostError, LiveError, Upload
from liveside.host import RawResponse
from liveside.testing import Binary, Broadcast, Emit, Harness, Join, LogLine, RoomState, User


def test_answers_are_what_was_sent() -> None:
    probe = Harness(Probe)
    for payload in ({"payload": 1}, {"a": [1, 2.5, None, True]}, "text", 7, [], None):
        assert probe.call("echo", payload) == payload
    assert probe.call("nothing") is None


def test_a_failure_keeps_what_was_changed_and_a_crash_does_not() -> None:
    probe = Harness(Probe)
    with pytest.raises(LiveError, match="Sorry."):
        probe.call("fail", {"message": "Sorry."})
    assert probe.state["value"] == 1
    assert probe.state["changed"] == ["value"]
    with pytest.raises(TypeError):
        probe.call("crash")
    assert probe.state["value"] == 1


def test_some_may_and_some_may_not() -> None:
    probe = Harness(Probe, user=User("ana", roles=["editor"]))
    with pytest.raises(Denied, match="Not you."):
        probe.call("deny")
    with pytest.raises(Denied, match="`admin` of PythonProbe needs the role `admin`"):
        probe.call("admin")
    with pytest.raises(LiveError, match="Never."):
        probe.call("forbidden")
    probe.sign_in(User("bo", roles=["admin"]))
    assert probe.call("admin") is None
    session = {"authenticated": True, "userId": "bo", "roles": ["admin"], "label": None}
    assert probe.call("session") == session


def test_data_is_kept_in_three_places() -> None:
    probe = Harness(Probe)
    assert probe.call("recall", {"key": "a"}) is None
    probe.call("remember", {"key": "a", "value": {"b": 1}})
    assert probe.call("recall", {"key": "a"}) == {"b": 1}
    probe.call("keep", {"key": "a", "value": 2})
    assert probe.call("kept", {"key": "a"}) == 2
    assert probe.call("kept", {"key": "kept"}) == 0
    assert [probe.call("bump", {"key": "n"}) for _ in range(2)] == [1, 2]
    assert probe.call("stored", {"key": "s"}) is None
    probe.call("store", {"key": "s", "text": "é"})
    assert probe.call("stored", "s") == "é"


def test_timers_come_with_what_they_were_given() -> None:
    probe = Harness(Probe)
    probe.call("after", {"ms": 10, "name": "tick"})
    every = probe.call("every", {"ms": 20, "name": "tick", "payload": {"a": [1]}})
    probe.advance(0.045)
    assert probe.state["log"][2:] == ["timer tick null", 'timer tick {"a":[1]}', 'timer tick {"a":[1]}']
    probe.call("cancel", {"timer": every})
    probe.advance(1)
    assert len(probe.state["log"]) == 5


def test_rooms_are_joined_told_and_heard() -> None:
    probe = Harness(Probe, room="lobby")
    probe.call("join", {"room": "other"})
    assert probe.effects == [Join("other")]
    probe.call("emit", {"room": "other", "event": "NEWS", "data": 1})
    assert probe.effects == [Emit("other", "NEWS", 1)]
    probe.call("setRoomState", {"room": "other", "changes": {"a": 1}})
    assert probe.effects == [RoomState("other", {"a": 1})]
    assert probe.call("roomState", {"room": "other"}) == {"a": 1}
    assert probe.call("members", {"room": "other"}) == 1
    probe.call("broadcast", {"kind": "HEY", "data": {}})
    assert probe.effects == [Broadcast("HEY", {})]
    probe.room_events(("other", "NEWS", {"x": 1}), ("lobby", "NEWS", None))
    assert probe.state["log"][2:] == ['news other {"x":1}', "news lobby null"]
    with pytest.raises(HostError):
        probe.call("emit", {"room": "unknown", "event": "NEWS"})


def test_the_daemon_has_more_to_offer() -> None:
    def answer(request: object) -> RawResponse:
        return RawResponse(200, [], b"hello")

    probe = Harness(Probe, config={"key": "value"}, now_ms=5, http=answer)
    assert probe.call("config", {"key": "key"}) == "value"
    assert probe.call("config", {"key": "other"}) is None
    assert probe.call("now") == 5
    assert len(bytes.fromhex(probe.call("random"))) == 16
    assert probe.call("fetch", {"url": "http://a"}) == {"status": 200, "body": "hello"}
    probe.call("say", {"message": "hi"})
    assert probe.logs == [LogLine("info", "hi")]
    probe.call("binary", {"name": "b", "text": "é"})
    assert probe.effects == [Binary("b", "é".encode())]


def test_uploads_are_looked_at() -> None:
    probe = Harness(Probe, uploaded={"u": b"x" * 100_000})
    with pytest.raises(LiveError, match="No pictures."):
        probe.upload(Upload("v", "start", filename="a.png"))
    probe.upload(Upload("u", "start", filename="a.txt"))
    probe.upload(Upload("u", "progress", received=10))
    probe.upload(Upload("u", "complete", url="/uploads/a"))
    assert probe.state["log"][2:] == ["upload progress", "upload complete 100000"]


def test_hooks_are_called() -> None:
    probe = Harness(Probe, room="lobby")
    probe.rehydrate("0.9.0")
    probe.reload("0.9.0")
    probe.room_join("a")
    probe.room_leave("a")
    probe.disconnect()
    probe.destroy()
    expected = ["connect", "mount lobby", "rehydrate 0.9.0", "reload 0.9.0", "join a", "leave a"]
    assert probe.state["log"] == expected
    assert [probe.persistent(key) for key in ("disconnected", "destroyed")] == [1, 1]


def test_a_schema_is_the_daemons_to_check() -> None:
    schema = {"type": "object", "required": ["value"], "properties": {"value": {"type": "integer"}}}
    assert Harness(Probe).payload_schema("set") == schema


def test_the_hall_counts_its_members() -> None:
    hall = Harness(Hall)
    hall.client_join("a", 1)
    hall.client_join("b", 2)
    hall.client_leave("a", 1)
    assert hall.state == {"members": 1}


def test_a_box_takes_three() -> None:
    box = Harness(Box)
    probe = Harness(Probe, room_logic=lambda room, action, payload: box.call(action, payload))
    assert probe.call("call", {"room": "pythonbox:a", "action": "put", "payload": {"item": [1]}}) == 1
    assert json.dumps(box.state) == '{"items": [[1]]}'
    box.member_join("a", 3)
    with pytest.raises(LiveError, match="Full."):
        box.member_join("b", 4)
