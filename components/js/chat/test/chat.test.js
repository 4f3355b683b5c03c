// The chat, mounted without a daemon.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { JsChat } from "../src/index.js";

const inTheLobby = (options) => mount(JsChat, { room: "lobby", user: "ana", ...options });

test("it begins with what has been said", () => {
  const messages = [{ id: 4, user: "bo", text: "Hello" }];
  const chat = inTheLobby({ persistent: { "chat:lobby": { next: 5, messages } } });
  assert.deepEqual(chat.state, { messages, members: 1 });
  assert.deepEqual(chat.effects(), [{ type: "emit", room: "lobby", event: "MEMBERS", data: {} }]);
});

test("a message is kept, shown and told of", () => {
  const chat = inTheLobby();
  assert.deepEqual(chat.call("send", { text: "  Hello " }), { id: 1 });
  const messages = [{ id: 1, user: "ana", text: "Hello" }];
  assert.deepEqual(chat.delta(), { messages });
  assert.deepEqual(chat.persistent("chat:lobby"), { next: 2, messages });
  assert.deepEqual(chat.effects(), [{ type: "emit", room: "lobby", event: "MESSAGE", data: { id: 1 } }]);
  assert.deepEqual(chat.call("mine"), { sent: 1 });
});

test("who has no user id is called by the label, or guest", () => {
  const users = [{ user: null, label: "Bo" }, { user: null }].map((options) => {
    const chat = inTheLobby(options);
    chat.call("send", { text: "Hello" });
    return chat.state.messages[0].user;
  });
  assert.deepEqual(users, ["Bo", "guest"]);
});

test("a text is neither empty nor long", () => {
  const chat = inTheLobby();
  assert.throws(() => chat.call("send", { text: " " }), { message: "Say something first." });
  assert.throws(() => chat.call("send"), { message: "Say something first." });
  const long = "🙂".repeat(501);
  assert.throws(() => chat.call("send", { text: long }), { message: "Please use at most 500 characters." });
  chat.call("send", { text: long.slice(2) });
  assert.deepEqual(chat.call("mine"), { sent: 1 });
});

test("the last fifty are kept", () => {
  const chat = inTheLobby();
  for (let n = 1; n <= 60; n++) chat.call("send", { text: `${n}` });
  assert.equal(chat.state.messages.length, 50);
  assert.equal(chat.state.messages[0].id, 11);
});

test("what others do is seen", () => {
  const chat = inTheLobby();
  chat.setRoomCount("lobby", 3);
  chat.roomEvent("lobby", "MEMBERS");
  assert.equal(chat.state.members, 3);
  chat.destroy();
  assert.deepEqual(chat.effects(), [{ type: "emit", room: "lobby", event: "MEMBERS", data: {} }]);
});
