// The context, over the world of a test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Component } from "@liveside/component";
import { mount } from "@liveside/component/testing";

/** A component whose only action runs a test's function on it. */
function probe(options) {
  let body;
  class Probe extends Component {
    static actions = ["run"];
    value = 0;
    run() {
      return body(this.context, this);
    }
    onTimer({ name, payload }) {
      this.value += payload ?? 1;
      if (name === "again") this.context.timers.after(5, "again");
    }
  }
  const harness = mount(Probe, options);
  return Object.assign(harness, {
    run(next) {
      body = next;
      return harness.call("run");
    },
  });
}

test("an update starts over when somebody wrote in between", () => {
  const one = probe();
  let others = 2;
  const added = one.run(({ persistent }) =>
    persistent.update("n", (n = 0) => {
      if (others-- > 0) persistent.set("n", n + 10);
      return n + 1;
    }),
  );
  assert.equal(added, 21);
  assert.equal(one.persistent("n"), 21);
});

test("compare and set compares values, not their text", () => {
  const one = probe({ persistent: { n: { a: 1 } } });
  assert.equal(one.run(({ persistent }) => persistent.compareAndSet("n", { a: 2 }, 1)), false);
  assert.equal(one.run(({ persistent }) => persistent.compareAndSet("n", { a: 1 }, undefined)), true);
  assert.equal(one.persistent("n"), undefined);
  assert.equal(one.run(({ persistent }) => persistent.compareAndSet("n", undefined, 3)), true);
  assert.equal(one.persistent("n"), 3);
});

test("the store keeps bytes and text, for a time", () => {
  const one = probe();
  one.run(({ store }) => {
    store.set("a:1", "grün");
    store.set("a:2", new Uint8Array([1, 2]), { expiresAfterMs: 50 });
    assert.equal(store.getText("a:1"), "grün");
    assert.deepEqual(store.scan("a:", { limit: 1 }).more, true);
    assert.equal(store.compareAndSwap("a:1", "rot", "blau"), false);
    assert.equal(store.compareAndSwap("a:1", "grün", null), true);
    assert.deepEqual(store.scan("a:").entries, [{ key: "a:2", value: new Uint8Array([1, 2]) }]);
  });
  one.advance(50);
  assert.equal(one.run(({ store }) => store.get("a:2")), null);
});

test("rooms refuse who is no member, with a HostError", () => {
  const one = probe({ room: "lobby" });
  assert.throws(() => one.run(({ rooms }) => rooms.get("other").emit("HI")), {
    name: "LiveError",
    code: "failed",
    message: "only members of other may do that",
  });
  const seen = one.run(({ room, rooms }) => {
    rooms.join("other");
    rooms.get("other").setState({ open: true });
    try {
      rooms.get("no such room").join();
    } catch (error) {
      return [room.name, room.members(), rooms.get("other").state(), error.name, error.code];
    }
  });
  assert.deepEqual(seen, ["lobby", [{ instance: "test-1", userId: null }], { open: true }, "HostError", "invalid"]);
});

test("timers come when their time has come", () => {
  const one = probe();
  const id = one.run(({ timers }) => {
    timers.after(10, "again", 5);
    return timers.every(4, "often");
  });
  one.advance(12);
  assert.equal(one.state.value, 8);
  one.run(({ timers }) => timers.cancel(id));
  assert.deepEqual(one.effects(), [{ type: "cancelTimer", name: "often" }]);
  one.advance(10);
  assert.equal(one.state.value, 10);
});

test("HTTP is answered by the test, by either name", async () => {
  const requests = [];
  const http = (request) => {
    requests.push(request);
    return { status: 201, headers: [{ name: "X-A", value: "1" }], body: new TextEncoder().encode('{"ok":true}') };
  };
  const one = probe({ http });
  const sent = one.run(({ http }) => {
    const response = http.fetch("https://example.org/a", { json: { b: 1 } });
    return [response.status, response.ok, response.headers["x-a"], response.json()];
  });
  assert.deepEqual(sent, [201, true, "1", { ok: true }]);
  assert.equal(requests[0].method, "POST");
  assert.deepEqual(requests[0].headers, [{ name: "content-type", value: "application/json" }]);
  const fetched = await one.run(async () => {
    const response = await fetch("https://example.org/b");
    return [response.status, response.headers.get("X-A"), await response.json()];
  });
  assert.deepEqual(fetched, [201, "1", { ok: true }]);
});

test("time, chance and the console are the daemon's while an event runs", () => {
  const one = probe({ now: 1000, config: { city: "Ulm" } });
  const seen = () =>
    one.run(({ clock, config, random }) => {
      console.log("now", { a: 1 }, new Error("x").message);
      return [Date.now(), new Date().getTime(), clock.now(), config.get("city"), config.get("street"), random.uuid().length];
    });
  assert.deepEqual(seen(), [1000, 1000, 1000, "Ulm", null, 36]);
  assert.deepEqual(one.logs(), [{ level: "info", message: 'now {"a":1} x' }]);
  const chance = () => probe().run(() => Math.random());
  assert.equal(chance(), chance());
  assert.ok(Date.now() > 1000);
  assert.throws(() => one.run(({ config }) => config.require("street")), { message: /has no `street`/ });
});

test("who is behind the event is told", () => {
  const one = probe({ user: { id: "ana", roles: ["admin"], claims: { age: 7 } }, label: "Ana" });
  const seen = () => one.run(({ session }) => [session.userId, session.hasRole("admin"), session.claims.age, session.label]);
  assert.deepEqual(seen(), ["ana", true, 7, "Ana"]);
  one.signOut();
  assert.deepEqual(seen(), [null, false, null, "Ana"]);
});

test("messages and bytes are recorded", () => {
  const one = probe();
  one.run((context) => {
    context.broadcastToOthers("hi", { a: 1 });
    context.pushBinary("dots", new Uint8Array([1]));
  });
  assert.deepEqual(one.effects(), [
    { type: "broadcast", kind: "hi", data: { a: 1 }, exceptSender: true },
    { type: "binary", name: "dots", bytes: new Uint8Array([1]) },
  ]);
});
