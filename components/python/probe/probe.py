"""Every feature once: a fixture, not an example. Version 1 and version 2 (`probe-v2`) are made from it."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liveside import (
    Client,
    Component,
    Denied,
    LiveError,
    Member,
    Mount,
    Payload,
    Requires,
    RoomEvent,
    Timer,
    Upload,
    action,
    room_event,
    timer,
)  # fmt: skip


class ProbeBase(Component, abstract=True):
    """All but the number, which is called differently in each version."""

    log: list[str]
    changed: list[str]

    def _add_one(self) -> None:
        raise NotImplementedError

    @action
    def echo(self, payload: Payload) -> Any:
        return payload

    @action
    def nothing(self) -> None:
        pass

    @action
    def fail(self, message: str) -> None:
        self._add_one()
        raise LiveError(message)

    @action
    def deny(self) -> None:
        raise Denied("Not you.")

    @action
    def crash(self) -> None:
        self._add_one()
        print("about to crash", end="", flush=True)
        _ = None + 1  # type: ignore[operator]

    @action
    def spin(self) -> None:
        while True:
            pass

    def secretly(self) -> None:
        """A method that is not public."""

    # Data

    @action
    def remember(self, key: str, value: Any) -> None:
        self.cx.private[key] = value

    @action
    def recall(self, key: str) -> Any:
        return self.cx.private.get(key)

    @action
    def keep(self, key: str, value: Any) -> None:
        self.cx.persistent[key] = value

    @action
    def kept(self, key: str) -> Any:
        return self.cx.persistent.get(key)

    @action
    def bump(self, key: str) -> int:
        return self._bump(key)

    def _bump(self, key: str) -> int:
        number: int = self.cx.persistent.update(key, lambda number: number + 1, default=0)
        return number

    @action
    def store(self, key: str, text: str) -> None:
        self.cx.store.set_bytes(key, text.encode())

    @action
    def stored(self, key: str) -> str | None:
        data = self.cx.store.get_bytes(key)
        return None if data is None else data.decode()

    # Time

    @action
    def after(self, ms: int, name: str, payload: Any = None) -> int:
        return self.cx.timers.after(ms / 1000, name, payload)

    @action
    def every(self, ms: int, name: str, payload: Any = None) -> int:
        return self.cx.timers.every(ms / 1000, name, payload)

    @action
    def cancel(self, timer: int) -> None:
        self.cx.timers.cancel(timer)

    @timer()
    def tick(self, due: Timer) -> None:
        self.log.append(f"timer {due.name} {_compact(due.payload)}")

    # Rooms

    @action
    def join(self, room: str) -> None:
        self.cx.rooms.join(room)

    @action
    def leave(self, room: str) -> None:
        self.cx.rooms.leave(room)

    @action
    def emit(self, room: str, event: str, data: Any = None) -> int:
        return self.cx.rooms[room].emit(event, data)

    @action
    def room_state(self, room: str) -> dict[str, Any]:
        return self.cx.rooms[room].state

    @action
    def set_room_state(self, room: str, changes: dict[str, Any]) -> None:
        self.cx.rooms[room].set_state(changes)

    @action
    def members(self, room: str) -> int:
        return len(self.cx.rooms[room].members())

    @action
    def call(self, room: str, action: str, payload: Any = None) -> Any:
        return self.cx.rooms[room].call(action, payload)

    @action
    def broadcast(self, kind: str, data: Any = None) -> int:
        return self.cx.broadcast(kind, data)

    @room_event("NEWS", room="*")
    def news(self, told: RoomEvent) -> None:
        self.log.append(f"news {told.room} {_compact(told.data)}")

    # What else the daemon offers

    @action
    def fetch(self, url: str) -> dict[str, Any]:
        answer = self.cx.fetch(url)
        return {"status": answer.status, "body": answer.text}

    @action
    def session(self) -> dict[str, Any]:
        who = self.cx.session
        return {"authenticated": who.authenticated, "userId": who.user_id, "roles": who.roles, "label": who.label}

    @action
    def config(self, key: str) -> str | None:
        return self.cx.config.get(key)

    @action
    def now(self) -> int:
        return self.cx.clock.now_ms()

    @action
    def random(self) -> str:
        return self.cx.random.bytes(16).hex()

    @action
    def say(self, message: str) -> None:
        self.cx.log.info(message)

    @action
    def binary(self, name: str, text: str) -> None:
        self.cx.push_binary(name, text.encode())

    @action
    def outside(self) -> dict[str, Any]:
        def connect() -> None:
            socket.socket().connect(("127.0.0.1", 80))

        return {
            "files": _error_of(lambda: open("/etc/passwd")),
            "network": _error_of(connect),
            "environment": len(os.environ),
        }

    @action
    def read_file(self, path: str) -> str:
        return _read(path)

    @action
    def write_file(self, path: str, text: str) -> None:
        try:
            Path(path).write_text(text)
        except OSError as error:
            raise LiveError(str(error)) from error

    @action
    def variable(self, name: str) -> str | None:
        return os.environ.get(name)

    @action
    def print(self, message: str) -> None:
        print(message, flush=True)

    # Rules

    @action(rate_limit=(2, 1))
    def limited(self) -> None:
        pass

    @action(requires=Requires(roles=("admin",)))
    def admin(self) -> None:
        pass

    @action
    def forbidden(self) -> None:
        pass

    def on_action(self, action: str) -> None:
        if action == "forbidden":
            raise LiveError("Never.")

    # Hooks

    def on_connect(self) -> None:
        self.log.append("connect")

    def on_mount(self, mount: Mount) -> None:
        self.log.append(f"mount {mount.room or '-'}")

    def on_rehydrate(self, from_version: str) -> None:
        self.log.append(f"rehydrate {from_version}")

    def on_reload(self, from_version: str) -> None:
        self.log.append(f"reload {from_version}")

    def on_room_join(self, room: str) -> None:
        self.log.append(f"join {room}")

    def on_room_leave(self, room: str) -> None:
        self.log.append(f"leave {room}")

    def on_state_change(self, changed: list[str]) -> None:
        if changed != ["log"]:
            self.changed = sorted(changed)

    def on_disconnect(self) -> None:
        self._bump("disconnected")

    def on_destroy(self) -> None:
        self._bump("destroyed")

    def on_upload(self, upload: Upload) -> None:
        if upload.stage == "start":
            if upload.filename.endswith(".png"):
                raise LiveError("No pictures.")
        elif upload.stage == "complete":
            size = sum(len(data) for data in self.cx.uploads.chunks(upload.id))
            self.log.append(f"upload complete {size}")
        else:
            self.log.append(f"upload {upload.stage}")


class Hall(Component, name="PythonHall", singleton=True):
    """One for everybody."""

    members: int = 0

    def on_client_join(self, client: Client) -> None:
        self.members = client.count

    def on_client_leave(self, client: Client) -> None:
        self.members = client.count

    @action
    def read_file(self, path: str) -> str:
        return _read(path)

    @action
    def variable(self, name: str) -> str | None:
        return os.environ.get(name)


class Box(Component, name="PythonBox", room="pythonbox"):
    """Logic of rooms."""

    items: list[Any]

    @action
    def put(self, item: Any) -> int:
        self.items.append(item)
        return len(self.items)

    def on_member_join(self, member: Member) -> None:
        if member.count > 3:
            raise LiveError("Full.")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        raise LiveError(str(error)) from error


def _error_of(attempt: Callable[[], object]) -> str | None:
    try:
        attempt()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
