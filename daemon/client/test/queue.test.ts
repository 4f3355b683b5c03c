// Calls that are safe to be sent later.

import { describe, expect, it, vi } from "vitest";
import { type FakeSocket, back, mounted, newClient, outcome, reconnected, signed, socket } from "./harness.ts";

const QUEUE = { queue: true };

/** A component whose connection was just lost. */
function lost() {
  const it = mounted({ count: 1 });
  it.server.refreshed("id-1", { count: 1 }, signed("id-1", "first"));
  it.server.drop();
  return it;
}

const actions = (server: FakeSocket) => server.sent.filter(({ type }) => type === "CALL_ACTION").map(({ action }) => action);

describe("a call that is safe to be sent later", () => {
  it("waits however long there is no connection, and is sent once the component is back", async () => {
    const { counter } = lost();
    const payload = { by: 2 };
    const call = counter.call("add", payload, QUEUE);
    payload.by = 99;
    vi.advanceTimersByTime(3_600_000);
    expect(await outcome(call)).toBe("pending");
    const server = back();
    expect(server.types).toEqual(["COMPONENT_REHYDRATE"]);
    server.rehydrated("id-2", { count: 1 });
    expect(server.last("CALL_ACTION")).toMatchObject({ componentId: "id-2", action: "add", payload: { by: 2 } });
    server.reply("CALL_ACTION", { result: 3 });
    expect(await outcome(call)).toEqual({ value: 3 });
  });

  it("is sent after a mount as well", () => {
    const counter = newClient().use("LiveCounter");
    void counter.call("add", undefined, QUEUE);
    vi.advanceTimersByTime(60_000);
    back().mounted("id-1");
    expect(actions(socket())).toEqual(["add"]);
  });

  it("goes in the order asked, before what is asked for by who is told of the recovery", () => {
    const { counter } = lost();
    counter.subscribe("$connected", (on) => on && void counter.call("newer"));
    counter.onRehydrated(() => void counter.call("newest"));
    for (const action of ["first", "second", "third"]) void counter.call(action, undefined, QUEUE);
    const server = back();
    server.rehydrated("id-1", { count: 1 });
    expect(actions(server)).toEqual(["first", "second", "third", "newer", "newest"]);
  });

  it("has its whole time from when it is sent", async () => {
    const { counter } = lost();
    const call = counter.call("add", undefined, { queue: true, timeout: 5000 });
    vi.advanceTimersByTime(60_000);
    const server = back();
    server.rehydrated("id-1", { count: 1 });
    vi.advanceTimersByTime(4_999);
    expect(await outcome(call)).toBe("pending");
    vi.advanceTimersByTime(1);
    expect(await outcome(call)).toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  it("is an ordinary call while the component is mounted: lost with its connection, it is not sent again", async () => {
    const { counter } = mounted();
    const call = counter.call("add", undefined, QUEUE);
    expect([counter.$loading, counter.$pending]).toEqual([true, 0]);
    const next = reconnected();
    next.mounted("id-2");
    expect(await outcome(call)).toMatchObject({ code: "CONNECTION_LOST" });
    expect(actions(next)).toEqual([]);
  });

  it("waits for the next recovery where the connection breaks again before", async () => {
    const { counter } = lost();
    const call = counter.call("add", undefined, QUEUE);
    back();
    socket().drop();
    const server = back();
    server.rehydrated("id-1", { count: 1 });
    server.reply("CALL_ACTION", { result: 2 });
    expect(await outcome(call)).toEqual({ value: 2 });
  });

  it("counts as pending, not as loading, until it is sent", () => {
    const { counter } = lost();
    const seen: unknown[] = [];
    counter.subscribe("$pending", (count) => seen.push(count));
    void counter.call("a", undefined, QUEUE);
    void counter.call("b", undefined, QUEUE);
    expect([counter.$pending, counter.$loading]).toEqual([2, false]);
    back().rehydrated("id-1", { count: 1 });
    expect([counter.$pending, seen]).toEqual([0, [0, 1, 2, 0]]);
  });

  it("is refused where 100 wait already", async () => {
    const { counter } = lost();
    for (let n = 0; n < 100; n++) void counter.call(`n${n}`, undefined, QUEUE);
    expect(await outcome(counter.call("one-more", undefined, QUEUE))).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(counter.$pending).toBe(100);
  });

  it("goes in portions where many wait, and nothing overtakes the last of them", () => {
    const { counter } = lost();
    for (let n = 0; n < 90; n++) void counter.call(`n${n}`, undefined, QUEUE);
    const server = back();
    server.rehydrated("id-1", { count: 1 });
    void counter.call("newer");
    const counts = [0, 1, 2, 3].map(() => {
      const count = actions(server).length;
      vi.advanceTimersByTime(1000);
      return count;
    });
    expect(counts).toEqual([40, 80, 91, 91]);
    expect(actions(server).slice(88)).toEqual(["n88", "n89", "newer"]);
  });

  it("goes on in portions with the next connection, under the next id", () => {
    const { counter } = lost();
    for (let n = 0; n < 50; n++) counter.call(`n${n}`, undefined, QUEUE).catch(() => {});
    back().rehydrated("id-2", { count: 1 });
    socket().drop();
    const server = back();
    server.rehydrated("id-3", { count: 1 });
    expect(server.sent.slice(1).map(({ componentId, action }) => [componentId, action])).toEqual(
      Array.from({ length: 10 }, (_, n) => ["id-3", `n${n + 40}`]),
    );
  });

  it("is rejected when its component is unmounted, or cannot be mounted again", async () => {
    const one = lost();
    const unmounted = one.counter.call("add", undefined, QUEUE);
    one.counter.unmount();
    expect(await outcome(unmounted)).toMatchObject({ code: "UNMOUNTED" });
    const other = lost();
    const refused = other.counter.call("add", undefined, QUEUE);
    const server = back();
    server.rehydrationRefused("COMPONENT_NOT_FOUND");
    server.reply("COMPONENT_MOUNT", { success: false, error: "No component LiveCounter", code: "COMPONENT_NOT_FOUND" });
    expect(await outcome(refused)).toMatchObject({ code: "COMPONENT_NOT_FOUND" });
    expect(other.counter.$pending).toBe(0);
  });

  it("waits for who signs in where the component needs a user; others are told at once", async () => {
    const { counter } = lost();
    const queued = counter.call("add", undefined, QUEUE);
    const server = back();
    const plain = counter.call("other");
    server.rehydrationRefused("AUTH_DENIED");
    server.reply("COMPONENT_MOUNT", { success: false, error: "Sign in first", code: "AUTH_DENIED" });
    expect(await outcome(plain)).toMatchObject({ code: "AUTH_DENIED" });
    expect([await outcome(queued), counter.$pending]).toEqual(["pending", 1]);
  });
});
