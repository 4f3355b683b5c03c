// What of the probe can be seen without a daemon. The rest is tests/conformance.

import assert from "node:assert/strict";
import { test } from "node:test";

import { migrate, mount, type WireRequest } from "@liveside/component/testing";

import { Box } from "../src/box.ts";
import { First } from "../src/first.ts";
import { Hall } from "../src/hall.ts";
import { Probe } from "../src/index.ts";
import { Second } from "../src/second.ts";

test("hooks are told in the state", () => {
  const probe = mount(First, { room: "lobby" });
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
  const probe = mount(First);
  assert.throws(() => probe.call("fail", { message: "No." }), { code: "failed", message: "No." });
  assert.equal(probe.state.value, 1);
  assert.throws(() => probe.call("crash"), TypeError);
  assert.equal(probe.state.value, 1);
  assert.throws(() => probe.call("deny"), { code: "denied", message: "Not you." });
  assert.throws(() => probe.call("forbidden"), { message: "Never." });
  assert.throws(() => probe.call("secretly"), { code: "not-callable", message: /add `@action` above `secretly\(\)`/ });
});

test("uploads are read, and pictures refused", () => {
  const probe = mount(First, { uploads: { one: new Uint8Array(70_000) } });
  assert.throws(() => probe.upload({ id: "one", filename: "a.png" }), { message: "No pictures." });
  probe.upload({ id: "one", stage: "progress", bytes: 10 });
  probe.upload({ id: "one", stage: "complete", url: "/uploads/one" });
  assert.deepEqual(probe.state.log.slice(2), ["upload progress", "upload complete 70000"]);
});

test("what is kept comes back", () => {
  const probe = mount(First, { persistent: { visits: 4 } });
  assert.equal(probe.call("bump", { key: "visits" }), 5);
  assert.equal(probe.call("stored", { key: "letter" }), null);
  probe.call("store", { key: "letter", text: "Dear é" });
  assert.equal(probe.call("stored", { key: "letter" }), "Dear é");
  probe.call("remember", { key: "word", value: ["sesame"] });
  assert.deepEqual(probe.call("recall", { key: "word" }), ["sesame"]);
});

test("a request is answered at once, or denied", () => {
  const http = ({ url }: WireRequest) => ({ status: 200, headers: [], body: new TextEncoder().encode(`from ${url}`) });
  const probe = mount(First, { http });
  assert.deepEqual(probe.call("fetch", { url: "http://a" }), { status: 200, body: "from http://a" });
  const alone = mount(First);
  assert.throws(() => alone.call("fetch", { url: "http://a" }), { code: "failed", message: /No host is allowed/ });
});

test("each version moves the other's state", () => {
  assert.equal(Probe, First);
  const rest = { log: ["connect"], changed: [] };
  assert.deepEqual(migrate(First, "2.0.0", { amount: 5, ...rest }), { value: 5, ...rest });
  assert.deepEqual(migrate(Second, "1.0.0", { value: 5, ...rest }), { amount: 5, ...rest });
  const second = mount(Second);
  second.call("set", { amount: 3 });
  assert.deepEqual(second.delta(), { amount: 3, changed: ["amount"] });
  assert.throws(() => second.call("fail", { message: "No." }), { code: "failed" });
  assert.equal(second.state.amount, 4);
});

test("the hall counts, the box is full with three", () => {
  const hall = mount(Hall);
  hall.clientJoin("a", 1);
  assert.equal(hall.state.members, 1);
  const box = mount(Box);
  assert.equal(box.call("put", { item: "tea" }), 1);
  box.memberJoin("a", 3);
  assert.throws(() => box.memberJoin("b", 4), { message: "Full." });
});
