// What of the probe can be seen without a daemon. The rest is tests/conformance.

import assert from "node:assert/strict";
import { test } from "node:test";

import { migrate, mount } from "@liveside/component/testing";

import { JsBox, JsHall, JsProbe } from "../src/index.js";

test("hooks are told in the state", () => {
  const probe = mount(JsProbe, { room: "lobby" });
  assert.deepEqual(probe.state.log, ["connect", "mount lobby"]);
  probe.roomEvent("other", "NEWS", { a: 1 });
  probe.call("after", { ms: 10, name: "tick" });
  probe.advance(10);
  assert.deepEqual(probe.state.log.slice(2), ['news other {"a":1}', "timer tick null"]);
  assert.deepEqual(probe.state.changed, []);
  probe.call("set", { value: 3 });
  assert.deepEqual(probe.state.changed, ["value"]);
});

test("a failure keeps the change, a crash drops it", () => {
  const probe = mount(JsProbe);
  assert.throws(() => probe.call("fail", { message: "No." }), { code: "failed", message: "No." });
  assert.equal(probe.state.value, 1);
  assert.throws(() => probe.call("crash"), TypeError);
  assert.equal(probe.state.value, 1);
  assert.throws(() => probe.call("deny"), { code: "denied", message: "Not you." });
  assert.throws(() => probe.call("forbidden"), { message: "Never." });
  assert.throws(() => probe.call("secretly"), { code: "not-callable", message: /add `@action` above `secretly\(\)`/ });
});

test("uploads are read, and pictures refused", () => {
  const probe = mount(JsProbe, { uploads: { one: new Uint8Array(70_000) } });
  assert.throws(() => probe.upload({ id: "one", filename: "a.png" }), { message: "No pictures." });
  probe.upload({ id: "one", stage: "complete", url: "/uploads/one" });
  assert.equal(probe.state.log.at(-1), "upload complete 70000");
});

test("fetch is awaited", async () => {
  const http = ({ url }) => ({ status: 200, headers: [], body: new TextEncoder().encode(`from ${url}`) });
  const probe = mount(JsProbe, { http });
  assert.deepEqual(await probe.call("fetch", { url: "http://a" }), { status: 200, body: "from http://a" });
  await assert.rejects(mount(JsProbe).call("fetch", { url: "http://a" }), { code: "failed", message: /No host is allowed/ });
});

test("state of the other version is moved", () => {
  const state = migrate(JsProbe, "2.0.0", { amount: 5, log: ["connect"], changed: [] });
  assert.deepEqual(state, { value: 5, log: ["connect"], changed: [] });
});

test("the hall counts, the box is full with three", () => {
  const hall = mount(JsHall);
  hall.clientJoin("a", 1);
  assert.equal(hall.state.members, 1);
  const box = mount(JsBox);
  assert.equal(box.call("put", { item: "tea" }), 1);
  box.memberJoin("a", 3);
  assert.throws(() => box.memberJoin("b", 4), { message: "Full." });
});
