"""A chat over a room. The room's last messages are in the persistent map, changed in one step, so that two who send at
once both appear; room events say that there is something new.
"""

from typing import Any, TypedDict

from liveside import Component, LiveError, action, room_event

HISTORY = 50
"""Messages that a room keeps."""

LONGEST_TEXT = 500
"""In characters."""


class Message(TypedDict):
    id: int
    user: str
    text: str


class Chat(Component, name="PythonChat", version="1.0.0"):
    messages: list[Message]
    members: int = 0

    def on_mount(self) -> None:
        self.read_messages()
        self.count_members()
        self.cx.room.emit("MEMBERS")

    def on_destroy(self) -> None:
        self.cx.room.emit("MEMBERS")

    @action
    def send(self, text: str) -> dict[str, int]:
        text = text.strip()
        if not text:
            raise LiveError("Say something first.")
        if len(text) > LONGEST_TEXT:
            raise LiveError(f"Please use at most {LONGEST_TEXT} characters.")
        user = self.cx.session.user_id or self.cx.session.label or "guest"

        def add(kept: dict[str, Any]) -> dict[str, Any]:
            message = Message(id=kept["next"], user=user, text=text)
            return {"next": kept["next"] + 1, "messages": [*kept["messages"], message][-HISTORY:]}

        kept = self.cx.persistent.update(self.key, add, default={"next": 1, "messages": []})
        self.messages = kept["messages"]
        self.cx.private["sent"] = self.cx.private.get("sent", 0) + 1
        sent = kept["next"] - 1
        self.cx.room.emit("MESSAGE", {"id": sent})
        return {"id": sent}

    @action
    def mine(self) -> dict[str, int]:
        """How many this mount has sent."""
        return {"sent": self.cx.private.get("sent", 0)}

    @room_event("MESSAGE")
    def read_messages(self) -> None:
        self.messages = self.cx.persistent.get(self.key, {"messages": []})["messages"]

    @room_event("MEMBERS")
    def count_members(self) -> None:
        self.members = self.cx.room.count()

    @property
    def key(self) -> str:
        """Where the room's messages are."""
        return f"chat:{self.cx.room.name}"
