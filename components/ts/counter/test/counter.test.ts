// The counter, mounted without a daemon.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { Counter } from "../src/index.ts";

/** What components/tally does for one room. */
function tally(count = 0) {
  return (_room: string, action: string, payload?: { by: number }) => {
    if (action === "add") count += payload?.by ?? 0;
    if (action === "reset") count = 0;
    return count;
  };
}

test("a change is told to the room", () => {
  const counter = mount(Counter, { room: "lobby", user: "ana", roomLogic: tally(5) });
  assert.equal(counter.state.count, 5);
  const { count } = counter.call("increment", { by: 2 });
  assert.equal(count, 7);
  assert.deepEqual(counter.delta(), { count: 7, lastUpdatedBy: "ana" });
  const data = { count: 7, userId: "ana" };
  assert.deepEqual(counter.effects(), [{ type: "emit", room: "lobby", event: "COUNT_CHANGED", data }]);
});

test("without a room it counts alone", () => {
  const counter = mount(Counter, { label: "somebody" });
  counter.call("decrement");
  assert.deepEqual(counter.state, { count: -1, lastUpdatedBy: "somebody", connectedUsers: 1 });
});

test("decorators say what is public", () => {
  const { name, actions, roomSubscriptions } = mount(Counter).definition;
  assert.equal(name, "TsCounter");
  assert.deepEqual(actions.map((action: { name: string }) => action.name), ["increment", "decrement", "reset"]);
  assert.deepEqual(roomSubscriptions, [
    { room: null, event: "COUNT_CHANGED" },
    { room: null, event: "USER_COUNT_CHANGED" },
  ]);
});
