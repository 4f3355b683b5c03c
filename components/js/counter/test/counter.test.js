// The counter, mounted without a daemon.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { JsCounter } from "../src/index.js";

/** What components/tally does for one room. */
function tally(count = 0) {
  return (room, action, payload) => {
    assert.equal(room, "tally:lobby");
    if (action === "add") count += payload.by;
    if (action === "reset") count = 0;
    return count;
  };
}

const inTheLobby = (count) => mount(JsCounter, { room: "lobby", user: "ana", roomLogic: tally(count) });

test("a change is told to the room", () => {
  const counter = inTheLobby();
  assert.deepEqual(counter.call("increment", { by: 2 }), { success: true, count: 2 });
  assert.deepEqual(counter.delta(), { count: 2, lastUpdatedBy: "ana" });
  assert.deepEqual(counter.effects(), [
    { type: "emit", room: "lobby", event: "COUNT_CHANGED", data: { count: 2, userId: "ana" } },
  ]);
  counter.call("decrement");
  assert.equal(counter.state.count, 1);
  counter.call("reset");
  assert.equal(counter.state.count, 0);
});

test("the count is what all have counted, whatever the order of the events", () => {
  const counter = inTheLobby(7);
  assert.equal(counter.state.count, 7);
  counter.roomEvent("lobby", "COUNT_CHANGED", { count: 3, userId: "bo" });
  assert.equal(counter.state.count, 7);
  assert.equal(counter.state.lastUpdatedBy, "bo");
});

test("coming and going are counted", () => {
  const counter = inTheLobby();
  const told = (connectedUsers) => [
    { type: "emit", room: "lobby", event: "USER_COUNT_CHANGED", data: { connectedUsers } },
  ];
  assert.deepEqual(counter.effects(), told(1));
  counter.setRoomCount("lobby", 3);
  counter.roomEvent("lobby", "USER_COUNT_CHANGED", { connectedUsers: 3 });
  assert.equal(counter.state.connectedUsers, 3);
  counter.destroy();
  assert.deepEqual(counter.effects(), told(2));
});

test("without a room it counts alone", () => {
  const counter = mount(JsCounter, { label: "somebody" });
  counter.call("increment");
  assert.deepEqual(counter.state, { count: 1, lastUpdatedBy: "somebody", connectedUsers: 1 });
  assert.deepEqual(counter.effects(), []);
});
