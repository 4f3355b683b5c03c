// The stores that follow a handle: a key, a field, the connection.

import { describe, expect, it, vi } from "vitest";
import { connectionStore, fieldStore, keyStore } from "@liveside/client/shared";
import { mounted } from "../../../daemon/client/test/harness.ts";

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a store", () => {
  it("has its value also while nobody subscribes, the same until it changes", () => {
    const { counter, server } = mounted({ name: "Ada", count: 1 });
    const [name, count] = [fieldStore(counter, "name"), keyStore(counter, "count")];
    const before = name.get();
    expect([name.get() === before, before, count.get()]).toEqual([true, { value: "Ada", dirty: false, pending: false }, 1]);
    server.delta("id-1", { name: "Bob", count: 2 });
    expect([name.get().value, count.get()]).toEqual(["Bob", 2]);
  });

  it("tells only where there is another value", async () => {
    const { counter, server } = mounted({ name: "Ada", count: 1 });
    const told = vi.fn();
    fieldStore(counter, "name").subscribe(told);
    counter.increment().catch(() => {});
    server.delta("id-1", { count: 2 });
    server.reply("CALL_ACTION", {});
    expect(told).not.toHaveBeenCalled();
    server.delta("id-1", { name: "Bob" });
    expect(told).toHaveBeenCalledOnce();
  });

  it("follows nothing any more a moment after the last has gone", async () => {
    const { counter, server } = mounted({ count: 1 });
    const count = keyStore(counter, "count");
    const told = vi.fn();
    const stop = count.subscribe(told);
    count.subscribe(told)();
    stop();
    stop();
    await wait(100);
    server.delta("id-1", { count: 2 });
    expect([told.mock.calls.length, count.get()]).toEqual([0, 2]);
  });
});

describe("a field", () => {
  it("that goes, while its component stays, sends what was typed", async () => {
    const { counter, server } = mounted({ name: "Ada" });
    const name = fieldStore(counter, "name");
    const stop = name.subscribe(() => {});
    name.field.change("Bob");
    stop();
    await wait(100);
    expect(server.last("PROPERTY_UPDATE").payload).toEqual({ value: "Bob" });
  });

  it("binds one input, however often it is told of it, and another in its place", () => {
    const { counter, server } = mounted({ name: "Ada" });
    const name = fieldStore(counter, "name");
    const [one, other] = [document.createElement("input"), document.createElement("input")];
    for (const input of [one, one, other]) name.ref(input);
    server.delta("id-1", { name: "Bob" });
    expect([one.value, other.value]).toEqual(["Ada", "Bob"]);
    name.ref(null);
    server.delta("id-1", { name: "Cy" });
    expect(other.value).toBe("Bob");
  });
});

describe("the connection", () => {
  it("is the same store for all, and tells why somebody is signed in no more", () => {
    const { client, server } = mounted();
    const store = connectionStore(client.connection);
    expect(connectionStore(client.connection)).toBe(store);
    store.subscribe(() => {});
    server.established("ada");
    expect(store.get()).toEqual({ status: "open", user: "ada", error: null });
    server.push({ type: "AUTH_EXPIRED", error: "Too long ago", code: "AUTH_DENIED" });
    expect(store.get()).toMatchObject({ user: null, error: { code: "AUTH_DENIED" } });
  });
});
