// The chat, mounted without a daemon.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { Chat } from "../src/index.ts";

const inTheLobby = () => mount(Chat, { room: "lobby", user: "ana" });

test("a message is kept, shown and told of", () => {
  const chat = inTheLobby();
  assert.deepEqual(chat.call("send", { text: "  Hello " }), { id: 1 });
  const messages = [{ id: 1, user: "ana", text: "Hello" }];
  assert.deepEqual(chat.delta(), { messages });
  assert.deepEqual(chat.persistent("chat:lobby"), { next: 2, messages });
  assert.deepEqual(chat.effects(), [{ type: "emit", room: "lobby", event: "MESSAGE", data: { id: 1 } }]);
  assert.deepEqual(chat.call("mine"), { sent: 1 });
});

test("a text is neither empty nor long", () => {
  const chat = inTheLobby();
  assert.throws(() => chat.call("send", { text: " " }), { message: "Say something first." });
  assert.throws(() => chat.call("send", { text: "x".repeat(501) }), { message: "Please use at most 500 characters." });
});

test("what others do is seen", () => {
  const chat = inTheLobby();
  chat.setRoomCount("lobby", 3);
  chat.roomEvent("lobby", "MEMBERS");
  assert.equal(chat.state.members, 3);
});
