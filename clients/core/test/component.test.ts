// The store that all frameworks show a component by.

import { describe, expect, it, vi } from "vitest";
import { componentOfError, componentStore } from "@liveside/client/shared";
import { back, newClient, outcome, reconnected, settled, socket } from "../../../daemon/client/test/harness.ts";

const REFUSED = { success: false, error: "No such component", code: "COMPONENT_NOT_FOUND" };

/** A component that somebody shows. */
function shown(options = {}) {
  const client = newClient();
  const store = componentStore(client, "LiveCounter", options);
  const told = vi.fn();
  const stop = store.subscribe(told);
  return { client, store, told, stop, server: socket().accept() };
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("sharing", () => {
  it("mounts once for all who ask for the same, and ends with the last of them", async () => {
    const { client, store, stop, server } = shown({ props: { count: 1 }, room: "lobby" });
    const same = componentStore(client, "LiveCounter", { props: { count: 1 }, room: "lobby" });
    expect(same).toBe(store);
    const stopSame = same.subscribe(() => {});
    server.mounted("id-1", { count: 1 });
    stop();
    await wait(1000);
    expect(server.count("COMPONENT_UNMOUNT")).toBe(0);
    stopSame();
    await wait(1000);
    expect([server.count("COMPONENT_MOUNT"), server.count("COMPONENT_UNMOUNT")]).toEqual([1, 1]);
    expect(componentStore(client, "LiveCounter", { props: { count: 1 }, room: "lobby" })).not.toBe(store);
  });

  it.each([{ props: { count: 2 } }, { room: "other" }, { key: "second" }])("makes another for %j", (options) => {
    const { client, store } = shown();
    expect(componentStore(client, "LiveCounter", options)).not.toBe(store);
  });

  it("does not end where somebody comes in the same breath", async () => {
    const { store, stop, server } = shown();
    server.mounted("id-1", { count: 1 });
    stop();
    store.subscribe(() => {});
    await wait(1000);
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("ends what nobody came to use, but not while somebody waits for it", async () => {
    const client = newClient();
    const store = componentStore(client, "LiveCounter");
    const server = socket().accept();
    const ready = outcome(store.ready);
    await wait(25_000);
    server.mounted("id-1", { count: 1 });
    expect(await ready).toBe("pending");
    expect(await outcome(store.ready)).toMatchObject({ value: {} });
    await wait(60_000);
    expect(server.count("COMPONENT_UNMOUNT")).toBe(1);
  });

  it("begins anew for who comes back to one that has ended", async () => {
    const { store, stop, server } = shown();
    server.mounted("id-1", { count: 1 });
    const { handle } = store.get();
    stop();
    await wait(1000);
    store.subscribe(() => {});
    expect(server.count("COMPONENT_MOUNT")).toBe(2);
    server.mounted("id-2", { count: 0 });
    expect(store.get().state).toEqual({ count: 0 });
    expect(store.get().handle).not.toBe(handle);
  });
});

describe("what is shown", () => {
  it("is the same object until something changes", () => {
    const { store, told, server } = shown();
    const before = store.get();
    expect(store.get()).toBe(before);
    server.mounted("id-1", { count: 1 });
    const mounted = store.get();
    expect(mounted).not.toBe(before);
    const times = told.mock.calls.length;
    server.delta("id-1", { count: 1 });
    expect(store.get()).toBe(mounted);
    expect(told).toHaveBeenCalledTimes(times);
  });

  it("tells how it is: mounting, live, offline, live", () => {
    const { store, server } = shown();
    const states = [store.get().status];
    server.mounted("id-1", { count: 1 });
    states.push(store.get().status);
    server.drop();
    states.push(store.get().status);
    expect(store.get().state).toEqual({ count: 1 });
    back().mounted("id-2", { count: 2 });
    states.push(store.get().status);
    expect(states).toEqual(["mounting", "live", "offline", "live"]);
  });

  it("tells of a refusal, and which component it was", () => {
    const { store, server } = shown();
    server.reply("COMPONENT_MOUNT", REFUSED);
    const { status, error, hasState } = store.get();
    expect([status, error!.code, hasState]).toEqual(["error", "COMPONENT_NOT_FOUND", false]);
    expect(componentOfError(error)).toBe(store);
    store.retry();
    expect(store.get().status).toBe("mounting");
    server.mounted("id-1", { count: 1 });
    expect(store.get()).toMatchObject({ status: "live", state: { count: 1 }, error: null });
  });

  it("is the initial state until the server has told its own", () => {
    const { store, server } = shown({ initialState: { count: 3 } });
    expect(store.get()).toMatchObject({ state: { count: 3 }, hasState: true, status: "mounting", loading: true });
    server.mounted("id-1", { count: 3 });
    expect(store.get()).toMatchObject({ state: { count: 3 }, status: "live", loading: false });
    expect(store.get().state).toBe(store.initial.state);
  });

  it("counts what is pending: keys that are set or typed, and calls that are kept", async () => {
    const { store, server } = shown();
    server.mounted("id-1", { name: "old" });
    const { handle } = store.get();
    handle.set("name", "new").catch(() => {});
    expect(store.get()).toMatchObject({ state: { name: "new" }, pending: 1, unsaved: ["name"] });
    server.reply("PROPERTY_UPDATE", { success: false, error: "not here", code: "INVALID_PAYLOAD" });
    expect(store.get()).toMatchObject({ state: { name: "old" }, pending: 0, error: { code: "INVALID_PAYLOAD" } });
    server.drop();
    handle.call("add", {}, { queue: true }).catch(() => {});
    handle.field("name").change("offline");
    expect(store.get()).toMatchObject({ state: { name: "offline" }, pending: 2 });
    const next = back();
    next.mounted("id-2", { name: "old" });
    expect(next.types).toEqual(["COMPONENT_MOUNT", "CALL_ACTION", "PROPERTY_UPDATE"]);
    await settled();
    next.delta("id-2", { name: "offline" });
    for (const type of ["CALL_ACTION", "PROPERTY_UPDATE"]) next.reply(type, {});
    expect(store.get()).toMatchObject({ state: { name: "offline" }, pending: 0 });
  });

  it("ends as the server has it, whatever the order", () => {
    const { store, server } = shown();
    server.mounted("id-1", { name: "old" });
    store.get().handle.set("name", "mine").catch(() => {});
    // Somebody else's came after it.
    server.delta("id-1", { name: "mine" });
    server.delta("id-1", { name: "theirs" });
    expect(store.get().state).toEqual({ name: "mine" });
    server.reply("PROPERTY_UPDATE", {});
    expect(store.get().state).toEqual({ name: "theirs" });
  });
});

describe("actions", () => {
  it("are functions by name, the same every time, that no event is a payload of", async () => {
    const { store, server } = shown();
    server.mounted("id-1", { count: 1 });
    const { actions } = store.get();
    expect(actions.increment).toBe(actions.increment);
    expect("then" in actions || (actions as any).then || (actions as any).toJSON).toBeFalsy();
    const calling = actions.increment!({ by: 2 });
    expect(server.last("CALL_ACTION")).toMatchObject({ action: "increment", payload: { by: 2 } });
    server.reply("CALL_ACTION", { result: 3 });
    expect(await calling).toBe(3);
    void actions.set!(new Event("click"));
    expect(server.last("CALL_ACTION")).toMatchObject({ action: "set" });
    expect(server.last("CALL_ACTION").payload).toBeUndefined();
  });

  it("show their failure, and nobody has to catch it", async () => {
    const { store, server } = shown();
    server.mounted("id-1", { count: 1 });
    const calling = store.get().actions.increment!();
    server.reply("CALL_ACTION", { success: false, error: "Enough", code: "ACTION_FAILED" });
    await settled();
    expect(store.get().error).toMatchObject({ message: "Enough", action: "increment" });
    expect(await outcome(calling)).toMatchObject({ code: "ACTION_FAILED" });
  });
});

describe("waiting for it", () => {
  it("rejects where it is refused, and resolves where it is mounted after all", async () => {
    const { store, server } = shown();
    const ready = store.ready;
    expect(store.ready).toBe(ready);
    server.reply("COMPONENT_MOUNT", { ...REFUSED, code: "AUTH_DENIED" });
    expect(await outcome(ready)).toMatchObject({ code: "AUTH_DENIED" });
    expect(store.ready).toBe(ready);
    reconnected().mounted("id-1", { count: 1 });
    expect(store.ready).toBe(store.ready);
    expect(await store.ready).toBe(store.get().handle);
  });
});
