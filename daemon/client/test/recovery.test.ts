// After a lost connection: the component is asked for with its signed state, and what waited follows.

import { describe, expect, it, vi } from "vitest";
import type { Rehydration, UseOptions } from "../src/api.ts";
import { FakeSocket, mounted, newClient, outcome, reconnected, settled, signed, socket } from "./harness.ts";

/** A component that was given a signed state. */
function kept(state: object = { count: 1 }, options?: UseOptions) {
  const client = newClient();
  const counter = client.use("LiveCounter", options);
  const server = socket().accept();
  server.mounted("id-1", state, signed("id-1", "first"));
  return { client, counter, server };
}

describe("after a lost connection", () => {
  it("a component is rehydrated with the newest signed state instead of being mounted", () => {
    const { server } = kept({ count: 1 }, { props: { count: 1 }, room: "lobby" });
    server.refreshed("id-1", { count: 2 }, signed("id-1", "second"));
    const next = reconnected();
    expect(next.sent).toEqual([
      {
        type: "COMPONENT_REHYDRATE",
        componentId: "id-1",
        payload: { component: "LiveCounter", signedState: signed("id-1", "second"), room: "lobby" },
        requestId: expect.any(String),
      },
    ]);
  });

  it("it goes on under its new id, and with the next signed state", () => {
    const { counter } = kept();
    const next = reconnected();
    next.rehydrated("id-2", { count: 5 });
    expect([counter.state, counter.$connected, counter.$error]).toEqual([{ count: 5 }, true, null]);
    next.delta("id-1", { count: 99 });
    next.delta("id-2", { count: 6 });
    expect(counter.state).toEqual({ count: 6 });
    counter.increment().catch(() => {});
    expect(next.last("CALL_ACTION").componentId).toBe("id-2");
    const { componentId, payload } = (reconnected(), socket().last("COMPONENT_REHYDRATE"));
    expect([componentId, payload.signedState]).toEqual(["id-2", signed("id-2", "fresh")]);
  });

  it("it may keep its id, and no default shows in between", () => {
    const { counter } = kept({ count: 7 });
    const seen: unknown[] = [];
    counter.subscribe("count", (count) => seen.push(count));
    const next = reconnected();
    next.delta("id-1", { count: 9 });
    next.rehydrated("id-1", { count: 8 });
    next.delta("id-1", { count: 10 });
    expect(seen).toEqual([7, 9, 10]);
  });

  it("the state that is pushed beside the reply is taken, whichever comes first", () => {
    const { counter } = kept();
    const next = reconnected();
    const payload = { state: { count: 4 }, signedState: signed("id-2", "pushed"), oldComponentId: "id-1", newComponentId: "id-2" };
    next.push({ type: "STATE_REHYDRATED", componentId: "id-2", payload });
    next.rehydrated("id-2", { count: 3 });
    expect(counter.state).toEqual({ count: 4 });
    next.refreshed("id-2", { count: 5 }, signed("id-2", "newest"));
    expect(counter.state).toEqual({ count: 5 });
    expect(reconnected().last("COMPONENT_REHYDRATE").payload.signedState).toEqual(signed("id-2", "newest"));
  });

  it.each(["INVALID_SIGNATURE", "STATE_EXPIRED", "REPLAYED", "COMPONENT_NOT_FOUND", "UNKNOWN_TYPE"])(
    "it is mounted afresh where that is refused with %s, and no error shows",
    (code) => {
      const { counter } = kept({ count: 7 });
      const errors: unknown[] = [];
      counter.subscribe("$error", (error) => errors.push(error));
      const next = reconnected();
      next.rehydrationRefused(code);
      expect(next.last("COMPONENT_MOUNT").payload).toEqual({ component: "LiveCounter" });
      next.mounted("id-2", { count: 0 });
      expect([counter.state, errors]).toEqual([{ count: 0 }, [null]]);
      expect(reconnected().types).toEqual(["COMPONENT_MOUNT"]);
    },
  );

  it("it is rehydrated later when the server had too many at once, and with the next connection when this one broke", () => {
    const { counter } = kept();
    const next = reconnected();
    next.reply("COMPONENT_REHYDRATE", { type: "ERROR", success: false, error: "Rate limit exceeded", code: "RATE_LIMITED" });
    vi.advanceTimersByTime(1000);
    expect(next.types).toEqual(["COMPONENT_REHYDRATE", "COMPONENT_REHYDRATE"]);
    const another = reconnected();
    expect(another.types).toEqual(["COMPONENT_REHYDRATE"]);
    another.rehydrated("id-1", { count: 1 });
    expect([counter.$connected, counter.$error]).toEqual([true, null]);
  });

  it("one without a signed state, a singleton, is mounted again", () => {
    mounted();
    expect(reconnected().types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("one that was unmounted while it is rehydrated is ended as soon as the server tells the id", () => {
    const { counter } = kept();
    const next = reconnected();
    counter.unmount();
    next.rehydrated("id-2", {});
    expect(next.last("COMPONENT_UNMOUNT").componentId).toBe("id-2");
    const refused = kept();
    const other = reconnected();
    refused.counter.unmount();
    other.rehydrationRefused("REPLAYED");
    expect(other.types).toEqual(["COMPONENT_REHYDRATE"]);
  });
});

describe("onRehydrated", () => {
  it("is called once per rehydration, with whether the component had stayed alive", () => {
    const { counter } = kept();
    const seen: Rehydration[] = [];
    const stop = counter.onRehydrated((rehydration) => seen.push(rehydration));
    reconnected().rehydrated("id-1", { count: 1 });
    socket().refreshed("id-1", { count: 1 }, signed("id-1", "later"));
    expect(seen).toEqual([{ recovered: true }]);
    reconnected().rehydrated("id-2", { count: 1 }, { recovered: false });
    reconnected().rehydrationRefused("STATE_EXPIRED");
    socket().mounted("id-3");
    expect(seen).toEqual([{ recovered: true }, { recovered: false }]);
    stop();
  });

  it("finds the state in place", () => {
    const { counter } = kept();
    const seen: unknown[] = [];
    counter.onRehydrated(() => seen.push([counter.state.count, counter.$connected]));
    reconnected().rehydrated("id-1", { count: 5 });
    expect(seen).toEqual([[5, true]]);
  });
});

describe("a room that the page has joined", () => {
  async function joined() {
    const it = kept();
    const room = it.counter.room("chat:1");
    const joining = room.join({ topic: "first" });
    it.server.joined({ topic: "old" });
    await joining;
    return { ...it, room };
  }

  it("is joined again by a component that is a new one, before what waits", async () => {
    const { room } = await joined();
    socket().drop();
    void room.emit("HELLO");
    vi.advanceTimersByTime(500);
    const next = socket().accept();
    next.rehydrated("id-2", {}, { recovered: false });
    expect(next.types).toEqual(["COMPONENT_REHYDRATE", "ROOM_JOIN", "ROOM_EMIT"]);
    expect(next.last("ROOM_JOIN")).toMatchObject({ componentId: "id-2", initialState: { topic: "first" } });
  });

  it("is still there for one that had stayed alive: only the state is asked for, which may have changed", async () => {
    const { room } = await joined();
    const next = reconnected();
    next.rehydrated("id-1", {});
    expect(next.types).toEqual(["COMPONENT_REHYDRATE", "ROOM_STATE_GET"]);
    next.roomState("id-1", "chat:1", { more: 1 });
    next.reply("ROOM_STATE_GET", { state: { topic: "new" } });
    expect(room.state).toEqual({ topic: "new", more: 1 });
  });

  it("is joined again after all where the server does not have the component in it", async () => {
    const { counter } = await joined();
    const next = reconnected();
    next.rehydrated("id-1", {});
    next.reply("ROOM_STATE_GET", { success: false, error: "Only members", code: "ROOM_DENIED" });
    next.joined({ topic: "again" });
    expect([next.count("ROOM_JOIN"), counter.room("chat:1").state, counter.$error]).toEqual([1, { topic: "again" }, null]);
  });
});

describe("a component that the server has ended", () => {
  const ended = (code: string) =>
    ({ type: "COMPONENT_UNMOUNTED", componentId: "id-1", success: true, code, error: "It is over", timestamp: 5 });

  it("because another connection goes on with its state is mounted afresh, quietly and without that state", () => {
    const { counter, server } = kept({ count: 7 });
    const errors: unknown[] = [];
    counter.subscribe("$error", (error) => errors.push(error));
    server.push(ended("REPLAYED"));
    expect([counter.$connected, server.types]).toEqual([false, ["COMPONENT_MOUNT", "COMPONENT_MOUNT"]]);
    counter.increment().catch(() => {});
    server.mounted("id-2", { count: 0 });
    expect([counter.state, errors, server.last("CALL_ACTION").componentId]).toEqual([{ count: 0 }, [null], "id-2"]);
    expect(reconnected().types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("for any other reason shows it, and comes back with the next connection", async () => {
    const { counter, server } = kept({ count: 7 });
    server.push(ended("LIMIT_EXCEEDED"));
    expect([counter.$connected, counter.$error?.code, counter.$error?.message]).toEqual([false, "LIMIT_EXCEEDED", "It is over"]);
    expect(counter.state).toEqual({ count: 7 });
    expect(await outcome(counter.increment())).toMatchObject({ code: "LIMIT_EXCEEDED" });
    server.delta("id-1", { count: 8 });
    expect(counter.state).toEqual({ count: 7 });
    expect(reconnected().types).toEqual(["COMPONENT_MOUNT"]);
  });
});

describe("what somebody typed", () => {
  it("and what was not sent yet when the connection went is sent after recovery", () => {
    const { counter } = kept({ name: "Ada", mail: "" });
    counter.field("name").change("Bo");
    counter.field("mail", { syncOn: "blur" }).change("bo@");
    counter.field("note", { syncOn: "manual" }).change("later");
    socket().drop();
    vi.advanceTimersByTime(60_000);
    expect(counter.state).toEqual({ name: "Bo", mail: "bo@", note: "later" });
    FakeSocket.all.at(-1)!.accept();
    socket().rehydrated("id-1", { name: "Ada", mail: "" });
    const sent = socket().sent.filter(({ type }) => type === "PROPERTY_UPDATE");
    expect(sent.map(({ property, payload }) => [property, payload.value])).toEqual([["name", "Bo"], ["mail", "bo@"]]);
    expect(counter.state).toEqual({ name: "Bo", mail: "bo@", note: "later" });
  });

  it("and what was sent without an answer is sent again, and never taken back in between", async () => {
    const { counter, server } = kept({ name: "" });
    const shown: unknown[] = [];
    counter.subscribe("name", (name) => shown.push(name));
    const name = counter.field("name");
    for (const text of ["A", "Ad"]) {
      name.change(text);
      vi.advanceTimersByTime(300);
    }
    expect(server.count("PROPERTY_UPDATE")).toBe(2);
    const next = reconnected();
    await settled();
    expect([name.dirty, counter.$error]).toEqual([true, null]);
    next.rehydrated("id-1", { name: "A" });
    expect(next.sent.slice(1).map(({ property, payload }) => [property, payload.value])).toEqual([["name", "Ad"]]);
    next.delta("id-1", { name: "Ad" });
    next.reply("PROPERTY_UPDATE", {});
    expect([shown, name.dirty]).toEqual([["", "A", "Ad"], false]);
  });

  it("since is newer than what was lost", async () => {
    const { counter } = kept({ name: "" });
    const name = counter.field("name");
    name.change("A");
    vi.advanceTimersByTime(300);
    name.change("Ad");
    const next = reconnected();
    await settled();
    next.rehydrated("id-1", { name: "" });
    expect(next.sent.slice(1).map(({ payload }) => payload.value)).toEqual(["Ad"]);
  });

  it("goes before an action that is asked for while there is no connection", () => {
    const { counter } = kept({ name: "" });
    socket().drop();
    counter.field("name").change("Bo");
    void counter.call("submit", undefined, { queue: true });
    counter.field("mail").change("b@x");
    // Longer than calls wait.
    vi.advanceTimersByTime(60_000);
    socket().accept().rehydrated("id-1", { name: "" });
    expect(socket().sent.map(({ type, property }) => property ?? type)).toEqual(["COMPONENT_REHYDRATE", "name", "CALL_ACTION", "mail"]);
  });

  it("is told to who waits for it that it could not be sent, and stays in the field", async () => {
    const { counter } = kept({ name: "" });
    socket().drop();
    const name = counter.field("name", { syncOn: "manual" });
    name.change("Bo");
    const synced = name.sync();
    vi.advanceTimersByTime(30_000);
    expect(await outcome(synced)).toMatchObject({ code: "NOT_CONNECTED" });
    expect([name.value, name.dirty, counter.$error]).toEqual(["Bo", true, null]);
  });
});
