"""The chat, without a daemon."""

import pytest
from component import HISTORY, Chat

from liveside import LiveError
from liveside.testing import Emit, Harness


def in_the_lobby(**more: object) -> Harness[Chat]:
    return Harness(Chat, room="lobby", **more)  # type: ignore[arg-type]


def test_a_message_is_kept_and_told_to_the_room() -> None:
    chat = in_the_lobby(user="ana")
    assert chat.call("send", {"text": " hello "}) == {"id": 1}
    message = {"id": 1, "user": "ana", "text": "hello"}
    assert chat.delta == {"messages": [message]}
    assert chat.effects == [Emit("lobby", "MESSAGE", {"id": 1})]
    assert chat.persistent("chat:lobby") == {"next": 2, "messages": [message]}
    assert chat.call("mine") == {"sent": 1}


def test_who_comes_later_finds_what_was_said() -> None:
    said = [{"id": 1, "user": "bo", "text": "hi"}]
    chat = in_the_lobby(persistent={"chat:lobby": {"next": 2, "messages": said}})
    assert chat.state == {"messages": said, "members": 1}
    assert chat.effects == [Emit("lobby", "MEMBERS")]


def test_what_others_say_appears() -> None:
    ana = in_the_lobby(user="ana")
    bo = in_the_lobby(label="bo", beside=ana)
    ana.call("send", {"text": "hi"})
    bo.room_event("lobby", "MESSAGE", {"id": 1})
    assert bo.state["messages"] == ana.state["messages"]
    assert bo.call("send", {"text": "hello"}) == {"id": 2}
    assert bo.state["messages"][1]["user"] == "bo"


def test_a_text_is_neither_empty_nor_long() -> None:
    chat = in_the_lobby()
    with pytest.raises(LiveError, match="Say something first."):
        chat.call("send", {"text": "  "})
    with pytest.raises(LiveError, match="Please use at most 500 characters."):
        chat.call("send", {"text": "x" * 501})
    chat.call("send", {"text": "x" * 500})
    assert chat.state["messages"][0]["user"] == "guest"


def test_only_the_last_are_kept() -> None:
    chat = in_the_lobby()
    for _ in range(HISTORY + 1):
        chat.call("send", {"text": "again"})
    assert [message["id"] for message in chat.state["messages"]] == list(range(2, HISTORY + 2))


def test_members_are_counted() -> None:
    chat = in_the_lobby()
    chat.set_room_count("lobby", 3)
    chat.room_event("lobby", "MEMBERS", None)
    assert chat.delta == {"members": 3}
    chat.destroy()
    assert chat.effects == [Emit("lobby", "MEMBERS")]
