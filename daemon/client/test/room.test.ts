import { describe, expect, it, vi } from "vitest";
import type { Room } from "../src/api.ts";
import { type FakeSocket, mounted, newClient, outcome, settled, socket } from "./harness.ts";

/** A joined room of a mounted component. */
async function joined(state: object = {}): Promise<{ room: Room; server: FakeSocket }> {
  const { counter, server } = mounted();
  const room = counter.room("chat:1");
  const joining = room.join();
  server.joined(state);
  await joining;
  return { room, server };
}

/** The connection is lost and made again, and the component is mounted as `id`. */
function reconnected(server: FakeSocket, id: string): FakeSocket {
  server.drop();
  vi.advanceTimersByTime(1000);
  const next = socket().accept();
  next.mounted(id);
  return next;
}

describe("a room", () => {
  it("is the same object for the same name", () => {
    const { counter } = mounted();
    expect(counter.room("chat:1")).toBe(counter.room("chat:1"));
    expect(counter.room("chat:1")).not.toBe(counter.room("chat:2"));
    expect(counter.room("chat:1").name).toBe("chat:1");
  });

  it("is the mount's own without a name", () => {
    const { counter } = mounted({}, "id-1", { room: "lobby" });
    expect(counter.room().name).toBe("lobby");
    expect(counter.room()).toBe(counter.room("lobby"));
  });

  it("needs a name where the component was mounted without one", () => {
    const { counter } = mounted();
    expect(() => counter.room()).toThrow("LiveCounter was mounted without a room: give the name of one");
  });
});

describe("joining", () => {
  it("resolves with the room's state", async () => {
    const { counter, server } = mounted();
    const room = counter.room("chat:1");
    expect(room.state).toEqual({});
    const joining = room.join({ topic: "new" });
    expect(server.last("ROOM_JOIN")).toEqual({
      type: "ROOM_JOIN",
      componentId: "id-1",
      roomId: "chat:1",
      initialState: { topic: "new" },
      requestId: expect.any(String),
    });
    server.joined({ topic: "old" });
    expect(room.state).toEqual({ topic: "old" });
    expect(await outcome(joining)).toEqual({ value: { topic: "old" } });
    expect(counter.$loading).toBe(false);
  });

  it("waits for the mount", () => {
    const counter = newClient().use("LiveCounter");
    void counter.room("chat:1").join();
    const server = socket().accept();
    expect(server.count("ROOM_JOIN")).toBe(0);
    server.mounted("id-1");
    expect(server.last("ROOM_JOIN").componentId).toBe("id-1");
  });

  it("rejects with the server's reason, and leaves the handle's error alone", async () => {
    const { counter, server } = mounted();
    const joining = counter.room("secret").join();
    server.reply("ROOM_JOIN", { success: false, error: "Members of staff only", code: "ROOM_DENIED" });
    expect(await outcome(joining)).toMatchObject({ message: "Members of staff only", code: "ROOM_DENIED" });
    expect(counter.$error).toBeNull();
    expect(reconnected(server, "id-2").count("ROOM_JOIN")).toBe(0);
  });

  it("rejects an initial state that JSON cannot hold", async () => {
    const { counter, server } = mounted();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(await outcome(counter.room("chat:1").join(cycle))).toMatchObject({ code: "INVALID_PAYLOAD" });
    expect(server.count("ROOM_JOIN")).toBe(0);
  });

  it("lays changes over the state in its reply that came before the reply", async () => {
    const { counter, server } = mounted();
    const room = counter.room("chat:1");
    void room.join();
    server.roomState("id-1", "chat:1", { topic: "b", gone: null });
    server.joined({ topic: "a", gone: 1, n: 1 });
    expect(room.state).toEqual({ topic: "b", n: 1 });
    void room.join();
    server.joined({ topic: "a" });
    expect(room.state).toEqual({ topic: "a" });
  });

  it("is done again after a reconnect, before what waits, and with the same initial state", async () => {
    const { counter, server } = mounted();
    const room = counter.room("chat:1");
    const initial = { topic: "new" };
    void room.join(initial);
    server.joined({ topic: "old", n: 1 });
    initial.topic = "changed since";
    server.drop();
    void room.emit("HELLO");
    vi.advanceTimersByTime(500);
    const next = socket().accept();
    next.mounted("id-2");
    expect(next.sent.map(({ type, componentId }) => [type, componentId])).toEqual([
      ["COMPONENT_MOUNT", expect.any(String)],
      ["ROOM_JOIN", "id-2"],
      ["ROOM_EMIT", "id-2"],
    ]);
    expect(next.last("ROOM_JOIN").initialState).toEqual({ topic: "new" });
    expect(room.state).toEqual({ topic: "old", n: 1 });
    next.joined({ topic: "new" });
    expect(room.state).toEqual({ topic: "new" });
  });

  it("again goes before what a listener asks for that is just told of the new mount", async () => {
    const { counter, server } = mounted();
    const room = counter.room("chat:1");
    void room.join();
    server.joined();
    counter.subscribe("$connected", (on) => on && void room.emit("HELLO", null, { ask: false }));
    const next = reconnected(server, "id-2");
    expect(next.sent.map(({ type }) => type)).toEqual(["COMPONENT_MOUNT", "ROOM_JOIN", "ROOM_EMIT"]);
  });

  it("again that is refused shows as the handle's error, and is not tried any more", () => {
    const { counter, server } = mounted();
    void counter.room("chat:1").join();
    server.joined();
    const next = reconnected(server, "id-2");
    next.reply("ROOM_JOIN", { success: false, error: "Full", code: "ROOM_DENIED" });
    expect(counter.$error).toMatchObject({ message: "Full", code: "ROOM_DENIED" });
    expect(reconnected(next, "id-3").count("ROOM_JOIN")).toBe(0);
  });

  it("again is tried later when the server had too many at once, and with the next connection when this one broke", () => {
    const { counter, server } = mounted();
    void counter.room("chat:1").join();
    server.joined();
    const next = reconnected(server, "id-2");
    next.reply("ROOM_JOIN", { type: "ERROR", success: false, error: "Rate limit exceeded", code: "RATE_LIMITED" });
    expect(next.count("ROOM_JOIN")).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(next.count("ROOM_JOIN")).toBe(2);
    next.drop();
    vi.advanceTimersByTime(1000);
    socket().accept().mounted("id-3");
    expect(socket().count("ROOM_JOIN")).toBe(1);
    expect(counter.$error).toBeNull();
  });
});

describe("leaving", () => {
  it("tells the server, and the room is not joined again", async () => {
    const { room, server } = await joined({ n: 1 });
    const leaving = room.leave();
    expect(server.last("ROOM_LEAVE")).toMatchObject({ componentId: "id-1", roomId: "chat:1" });
    server.reply("ROOM_LEAVE", {});
    expect(await outcome(leaving)).toEqual({ value: undefined });
    server.roomState("id-1", "chat:1", { n: 2 });
    expect(room.state).toEqual({ n: 1 });
    expect(reconnected(server, "id-2").count("ROOM_JOIN")).toBe(0);
  });

  it("holds also while the join is under way", async () => {
    const { counter, server } = mounted();
    const room = counter.room("chat:1");
    void room.join();
    const leaving = room.leave();
    server.joined();
    server.reply("ROOM_LEAVE", {});
    await leaving;
    expect(reconnected(server, "id-2").count("ROOM_JOIN")).toBe(0);
  });

  it("without a connection resolves once it is certain, also where the server knows of no membership any more", async () => {
    const { room, server } = await joined();
    server.drop();
    const leaving = room.leave();
    vi.advanceTimersByTime(500);
    const next = socket().accept();
    next.mounted("id-2");
    expect(next.count("ROOM_JOIN")).toBe(0);
    next.reply("ROOM_LEAVE", { success: false, error: "Only members of chat:1 may do that", code: "ROOM_DENIED" });
    expect(await outcome(leaving)).toEqual({ value: undefined });
  });
});

describe("emitting", () => {
  it("sends the event and resolves with how many get it", async () => {
    const { room, server } = await joined();
    const emitted = room.emit("MESSAGE", { text: "hi" });
    expect(server.last("ROOM_EMIT")).toEqual({
      type: "ROOM_EMIT",
      componentId: "id-1",
      roomId: "chat:1",
      event: "MESSAGE",
      data: { text: "hi" },
      requestId: expect.any(String),
    });
    server.reply("ROOM_EMIT", { count: 3 });
    expect(await outcome(emitted)).toEqual({ value: 3 });
  });

  it("can include the sender", async () => {
    const { room, server } = await joined();
    void room.emit("MESSAGE", 1, { includeSelf: true });
    expect(server.last("ROOM_EMIT").includeSelf).toBe(true);
  });

  it("can go without asking, and is then dropped while there is no connection", async () => {
    const { room, server } = await joined();
    expect(await outcome(room.emit("CURSOR", [1, 2], { ask: false }))).toEqual({ value: undefined });
    expect(server.last("ROOM_EMIT")).toEqual({ type: "ROOM_EMIT", componentId: "id-1", roomId: "chat:1", event: "CURSOR", data: [1, 2] });
    server.drop();
    expect(await outcome(room.emit("CURSOR", [3, 4], { ask: false }))).toEqual({ value: undefined });
    vi.advanceTimersByTime(500);
    socket().accept().mounted("id-2");
    expect(socket().count("ROOM_EMIT")).toBe(0);
  });

  it("rejects with the server's reason", async () => {
    const { counter, server } = mounted();
    const emitted = counter.room("chat:1").emit("MESSAGE");
    server.reply("ROOM_EMIT", { success: false, error: "Only members of chat:1 may do that", code: "ROOM_DENIED" });
    expect(await outcome(emitted)).toMatchObject({ code: "ROOM_DENIED" });
  });
});

describe("events", () => {
  it("reach who listens to them, in this room and of this component", () => {
    const { client, counter, server } = mounted();
    const other = client.use("LiveCounter");
    server.mounted("id-2");
    const seen: unknown[] = [];
    const stop = counter.room("a").on("E", (data) => seen.push(["1a", data]));
    counter.room("b").on("E", (data) => seen.push(["1b", data]));
    other.room("a").on("E", (data) => seen.push(["2a", data]));
    other.room("a").on("F", (data) => seen.push(["2aF", data]));
    server.push([
      { type: "ROOM_EVENT", componentId: "id-1", roomId: "a", event: "E", data: 1 },
      { type: "ROOM_EVENT", componentId: "id-2", roomId: "a", event: "E", data: { n: 2 } },
      { type: "ROOM_EVENT", componentId: "id-1", roomId: "b", event: "E", data: null },
      { type: "ROOM_EVENT", componentId: "id-1", roomId: "c", event: "E", data: 4 },
    ]);
    stop();
    server.roomEvent("id-1", "a", "E", 5);
    expect(seen).toEqual([["1a", 1], ["2a", { n: 2 }], ["1b", null]]);
  });

  it("of the default room are heard from the first, before the reply to the mount, and without joining", () => {
    const counter = newClient().use("LiveCounter", { room: "lobby" });
    const seen: unknown[] = [];
    counter.room().on("E", (data) => seen.push(data));
    const server = socket().accept();
    server.roomEvent("id-1", "lobby", "E", 1);
    server.mounted("id-1");
    server.roomEvent("id-1", "lobby", "E", 2);
    expect(seen).toEqual([1, 2]);
  });

  it("are heard again after a reconnect, under the new id", async () => {
    const { room, server } = await joined();
    const seen: unknown[] = [];
    room.on("E", (data) => seen.push(data));
    const next = reconnected(server, "id-2");
    next.roomEvent("id-1", "chat:1", "E", 1);
    next.roomEvent("id-2", "chat:1", "E", 2);
    expect(seen).toEqual([2]);
  });
});

describe("a room's state", () => {
  it("is kept in step: whole values by key, null removes one", async () => {
    const { room, server } = await joined({ topic: "a", users: { n: 1 }, note: null });
    server.roomState("id-1", "chat:1", { users: { m: 2 }, topic: null });
    expect(room.state).toEqual({ users: { m: 2 }, note: null });
    expect(() => ((room.state as any).users = 1)).toThrow();
  });

  it("is told at once if there is one, and after every change", async () => {
    const { counter, server } = mounted();
    const room = counter.room("chat:1");
    const seen: unknown[] = [];
    room.onState((state) => seen.push(["early", state.n]));
    server.roomState("id-1", "chat:1", { n: 0 });
    void room.join();
    server.joined({ n: 1 });
    const stop = room.onState((state) => seen.push(["late", state.n]));
    server.roomState("id-1", "chat:1", { n: 2 });
    stop();
    server.roomState("id-1", "chat:1", { n: 3 });
    expect(seen).toEqual([["early", 1], ["late", 1], ["early", 2], ["late", 2], ["early", 3]]);
  });

  it("is set by asking for one's own change back", async () => {
    const { room, server } = await joined({ n: 1 });
    const setting = room.setState({ n: 2 });
    expect(server.last("ROOM_STATE_SET")).toEqual({
      type: "ROOM_STATE_SET",
      componentId: "id-1",
      roomId: "chat:1",
      data: { n: 2 },
      includeSelf: true,
      requestId: expect.any(String),
    });
    expect(room.state).toEqual({ n: 1 });
    server.roomState("id-1", "chat:1", { n: 2 });
    server.reply("ROOM_STATE_SET", { count: 2 });
    expect(await outcome(setting)).toEqual({ value: undefined });
    expect(room.state).toEqual({ n: 2 });
  });

  it("is there with the reply, also where the reply comes first", async () => {
    const { room, server } = await joined({ n: 1, old: 1 });
    const changes = { n: 2, old: null };
    const setting = room.setState(changes).then(() => room.state);
    changes.n = 99;
    server.reply("ROOM_STATE_SET", { count: 1 });
    expect(await setting).toEqual({ n: 2 });
    server.roomState("id-1", "chat:1", { n: 2, old: null });
    expect(room.state).toEqual({ n: 2 });
  });

  it("keeps what somebody else changed between one's own change and its reply", async () => {
    const { room, server } = await joined({ n: 1, same: 0 });
    void room.setState({ n: 2, same: 0 });
    server.roomState("id-1", "chat:1", { n: 2 });
    server.roomState("id-1", "chat:1", { n: 3, same: 1 });
    server.reply("ROOM_STATE_SET", { count: 2 });
    expect(room.state).toEqual({ n: 3, same: 1 });
  });

  it("keeps what somebody else changed where one's own change was none", async () => {
    const { room, server } = await joined({ n: 1 });
    void room.setState({ n: 1 });
    server.roomState("id-1", "chat:1", { n: 3 });
    server.reply("ROOM_STATE_SET", { count: 0 });
    expect(room.state).toEqual({ n: 3 });
  });

  it("stays as it was where the server refuses the change", async () => {
    const { room, server } = await joined({ n: 1 });
    const setting = room.setState({ n: 2 });
    server.reply("ROOM_STATE_SET", { success: false, error: "chat:1 takes nothing from browsers", code: "ROOM_DENIED" });
    expect(await outcome(setting)).toMatchObject({ code: "ROOM_DENIED" });
    expect(room.state).toEqual({ n: 1 });
  });
});

describe("joins and leaves of members", () => {
  it("are told with who it is and how many are there now, to every component of the connection that asks", () => {
    const { client, counter, server } = mounted();
    const other = client.use("LiveForm");
    server.mounted("id-2");
    const seen: unknown[] = [];
    const stop = counter.room("a").onMembers((change) => seen.push(change));
    counter.room("b").onMembers(() => seen.push("another room"));
    other.room("a").onMembers(({ count }) => seen.push(count));
    server.push([
      { type: "ROOM_SYSTEM", roomId: "a", event: "$sub:join", data: { subscriberId: "x", count: 2 } },
      { type: "ROOM_SYSTEM", roomId: "a", event: "$sub:leave", data: { subscriberId: "x", count: 1 } },
    ]);
    stop();
    server.push({ type: "ROOM_SYSTEM", roomId: "a", event: "$sub:join", data: { subscriberId: "y", count: 2 } });
    expect(seen).toEqual([
      { event: "join", componentId: "x", count: 2 },
      2,
      { event: "leave", componentId: "x", count: 1 },
      1,
      2,
    ]);
  });
});

describe("broadcasts", () => {
  const broadcast = (componentId: string, room: string, type: string, data: unknown) => ({
    type: "BROADCAST",
    componentId,
    payload: { type, data },
    room,
    timestamp: 5,
  });

  it("reach the components that were mounted with the room or asked for it, and the sender's own", () => {
    const { client, counter, server } = mounted({}, "id-1", { room: "lobby" });
    const asked = client.use("LiveForm");
    server.mounted("id-2");
    asked.room("lobby");
    const foreign = client.use("LiveVault", { room: "cellar" });
    server.mounted("id-3");
    const seen: unknown[] = [];
    const stop = counter.onBroadcast("note", (data, from) => seen.push(["mounted", data, from]));
    counter.onBroadcast("other", () => seen.push("another type"));
    asked.onBroadcast("note", (data) => seen.push(["asked", data]));
    foreign.onBroadcast("note", (data) => seen.push(["foreign", data]));
    server.push(broadcast("far-away", "lobby", "note", { text: "hi" }));
    server.push(broadcast("id-3", "lobby", "note", 2));
    stop();
    server.push(broadcast("far-away", "lobby", "note", 3));
    expect(seen).toEqual([
      ["mounted", { text: "hi" }, { componentId: "far-away", room: "lobby" }],
      ["asked", { text: "hi" }],
      ["mounted", 2, { componentId: "id-3", room: "lobby" }],
      ["asked", 2],
      ["foreign", 2],
      ["asked", 3],
    ]);
  });

  it("of the app to everybody reach all components", () => {
    const { client, counter, server } = mounted({}, "id-1", { room: "lobby" });
    const roomless = client.use("LiveForm");
    server.mounted("id-2");
    const seen: unknown[] = [];
    counter.onBroadcast("note", (data, from) => seen.push([data, from]));
    roomless.onBroadcast("note", (data, from) => seen.push([data, from]));
    server.push({ type: "BROADCAST", payload: { type: "note", data: 1 }, timestamp: 5 });
    expect(seen).toEqual([
      [1, {}],
      [1, {}],
    ]);
  });

  it("are heard no more after unmounting", () => {
    const { counter, server } = mounted({}, "id-1", { room: "lobby" });
    const seen: unknown[] = [];
    counter.onBroadcast("note", (data) => seen.push(data));
    counter.unmount();
    server.push(broadcast("far-away", "lobby", "note", 1));
    expect(seen).toEqual([]);
  });
});

describe("two handles on one instance", () => {
  it("hear the same events and the same state, and one's own changes too", async () => {
    const { client, counter, server } = mounted({}, "shared");
    const other = client.use("LiveCounter");
    server.mounted("shared");
    const seen: unknown[] = [];
    const rooms = [counter.room("a"), other.room("a")];
    for (const room of rooms) {
      room.on("E", (data) => seen.push(data));
      void room.join();
      server.joined({ n: 1 });
    }
    server.roomEvent("shared", "a", "E", "once each");
    void rooms[0]!.setState({ n: 2 });
    server.roomState("shared", "a", { n: 2 });
    expect(seen).toEqual(["once each", "once each"]);
    expect(rooms.map((room) => room.state.n)).toEqual([2, 2]);
  });

  it("leave a room when the last of them does", async () => {
    const { client, counter, server } = mounted({}, "shared");
    const other = client.use("LiveCounter");
    server.mounted("shared");
    const rooms = [counter.room("a"), other.room("a")];
    for (const room of rooms) {
      void room.join();
      server.joined();
    }
    await settled();
    expect(await outcome(rooms[0]!.leave())).toEqual({ value: undefined });
    expect(server.count("ROOM_LEAVE")).toBe(0);
    void rooms[1]!.leave();
    expect(server.count("ROOM_LEAVE")).toBe(1);
  });
});
