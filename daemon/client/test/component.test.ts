import { describe, expect, it, vi } from "vitest";
import { FakeSocket, mounted, newClient, outcome, settled, socket } from "./harness.ts";

describe("mounting", () => {
  it("asks for the component by name, with its props and room", () => {
    newClient().use("LiveCounter", { props: { count: 5 }, room: "lobby" });
    const mount = socket().accept().last("COMPONENT_MOUNT");
    expect(mount).toEqual({
      type: "COMPONENT_MOUNT",
      componentId: mount.requestId,
      payload: { component: "LiveCounter", props: { count: 5 }, room: "lobby" },
      requestId: expect.any(String),
      expectResponse: true,
    });
  });

  it("has an empty state and is loading until the server answered", () => {
    const counter = newClient().use("LiveCounter");
    expect(counter.state).toEqual({});
    expect([counter.$connected, counter.$loading]).toEqual([false, true]);
    socket().accept().mounted("id-1", { count: 5 });
    expect(counter.state).toEqual({ count: 5 });
    expect([counter.$connected, counter.$loading]).toEqual([true, false]);
  });

  it("mounts at once on a connection that is open", () => {
    const { client, server } = mounted();
    client.use("LiveForm");
    expect(server.last("COMPONENT_MOUNT").payload.component).toBe("LiveForm");
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("keeps what the server pushed before its reply told the id", () => {
    const counter = newClient().use("LiveCounter");
    const server = socket().accept();
    server.push({ type: "STATE_UPDATE", componentId: "id-1", payload: { state: { count: 1 } } });
    server.delta("id-1", { count: 2 });
    server.push({ type: "ERROR", componentId: "id-1", error: "on-mount failed" });
    server.delta("id-other", { count: 9 });
    server.mounted("id-1", { count: 1 });
    expect(counter.state).toEqual({ count: 2 });
    expect(counter.$error?.message).toBe("on-mount failed");
  });

  it("takes a delta that comes in the same tick as the reply", () => {
    const counter = newClient().use("LiveCounter");
    const server = socket().accept();
    server.mounted("id-1", { count: 1 });
    server.delta("id-1", { count: 2 });
    expect(counter.state).toEqual({ count: 2 });
  });

  it("tells a refusal, rejects what waited for it, and what is asked for later", async () => {
    const counter = newClient().use("LiveNope");
    const early = counter.increment();
    socket().accept().reply("COMPONENT_MOUNT", { success: false, error: "No component LiveNope", code: "COMPONENT_NOT_FOUND" });
    expect(counter.$error).toMatchObject({ message: "No component LiveNope", code: "COMPONENT_NOT_FOUND" });
    expect(counter.$loading).toBe(false);
    expect(await outcome(early)).toMatchObject({ code: "COMPONENT_NOT_FOUND" });
    expect(await outcome(counter.increment())).toMatchObject({ code: "COMPONENT_NOT_FOUND" });
  });

  it("is tried again when the server had too many at once", () => {
    const counter = newClient().use("LiveCounter");
    const server = socket().accept();
    const { requestId } = server.last("COMPONENT_MOUNT");
    server.push({ type: "ERROR", error: "Rate limit exceeded", code: "RATE_LIMITED", requestId: requestId! });
    expect([counter.$error, counter.$loading]).toEqual([null, true]);
    vi.advanceTimersByTime(1000);
    expect(server.count("COMPONENT_MOUNT")).toBe(2);
    server.mounted("id-1");
    expect(counter.$connected).toBe(true);
  });

  it("tells when no answer comes in time", () => {
    const counter = newClient().use("LiveCounter", { timeout: 1000 });
    const server = socket().accept();
    vi.advanceTimersByTime(1000);
    expect(counter.$error).toMatchObject({ code: "REQUEST_TIMEOUT", message: "mount LiveCounter: no reply within 1000 ms" });
    expect(server.closed).toBe(false);
  });
});

describe("mounting again", () => {
  it("is done for every component after a reconnect; until then the last state stays", () => {
    const { client, counter, server } = mounted({ count: 7 });
    const form = client.use("LiveForm");
    server.mounted("id-2", { name: "Ada" });
    server.drop();
    expect(counter.state).toEqual({ count: 7 });
    expect([counter.$connected, form.$connected]).toEqual([false, false]);

    vi.advanceTimersByTime(500);
    const next = socket().accept();
    const [first, second] = next.sent;
    next.mountedReply(first!, "id-3", { count: 0 });
    next.mountedReply(second!, "id-4", { name: "" });
    expect(counter.state).toEqual({ count: 0 });
    expect(form.$connected).toBe(true);
    next.delta("id-1", { count: 99 });
    next.delta("id-3", { count: 1 });
    expect(counter.state).toEqual({ count: 1 });
  });

  it("is done when the connection broke before the first mount was answered", async () => {
    const counter = newClient().use("LiveCounter");
    const call = counter.increment();
    socket().accept().drop();
    expect([counter.$error, counter.$loading]).toEqual([null, true]);
    vi.advanceTimersByTime(500);
    const server = socket().accept();
    server.mounted("id-1");
    server.reply("CALL_ACTION", { result: 1 });
    expect(await outcome(call)).toEqual({ value: 1 });
  });

  it("is not done for a component that was unmounted meanwhile", () => {
    const { counter, server } = mounted();
    server.drop();
    counter.unmount();
    vi.advanceTimersByTime(500);
    expect(socket().accept().sent).toEqual([]);
  });
});

describe("state", () => {
  it("merges deltas by top-level key, whole values, null included", () => {
    const { counter, server } = mounted({ count: 1, user: { name: "Ada", age: 36 }, note: "x" });
    server.delta("id-1", { count: 2, user: { name: "Bo" }, note: null });
    expect(counter.state).toEqual({ count: 2, user: { name: "Bo" }, note: null });
  });

  it("takes several messages in one frame, in order", () => {
    const { counter, server } = mounted({ count: 1 });
    server.push([
      { type: "STATE_UPDATE", componentId: "id-1", payload: { state: { count: 5 } } },
      { type: "STATE_DELTA", componentId: "id-1", payload: { delta: { clicks: 1 } } },
    ]);
    expect(counter.state).toEqual({ count: 5, clicks: 1 });
  });

  it("is replaced by a whole update: keys that are gone are gone", () => {
    const { counter, server } = mounted({ count: 1, old: true });
    server.push({ type: "STATE_UPDATE", componentId: "id-1", payload: { state: { count: 2 } } });
    expect(counter.state).toEqual({ count: 2 });
  });

  it("is a new object after each change, the same until then, and cannot be written", () => {
    const { counter, server } = mounted({ count: 1 });
    const before = counter.state;
    server.delta("id-1", { count: 1 });
    expect(counter.state).toBe(before);
    server.delta("id-1", { count: 2 });
    expect(counter.state).not.toBe(before);
    expect(before).toEqual({ count: 1 });
    expect(() => ((counter.state as any).count = 3)).toThrow();
  });
});

describe("two handles on one instance, a singleton", () => {
  /** Both are mounted, as `shared`. */
  function two() {
    const { client, counter, server } = mounted({ count: 1 }, "shared");
    const other = client.use("LiveCounter");
    server.mounted("shared", { count: 1 });
    return { client, counter, other, server };
  }

  it("have both the state and every change of it", () => {
    const { counter, other, server } = two();
    server.delta("shared", { count: 2 });
    expect([counter.state, other.state]).toEqual([{ count: 2 }, { count: 2 }]);
  });

  it("call each for itself", async () => {
    const { counter, other, server } = two();
    const calls = [counter.increment(), other.decrement()];
    const [first, second] = server.sent.slice(-2);
    server.answer(second!, { result: "other" });
    server.answer(first!, { result: "counter" });
    expect(await Promise.all(calls)).toEqual(["counter", "other"]);
  });

  it("tell the server of the end when both have ended", () => {
    const { counter, other, server } = two();
    other.unmount();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(0);
    server.delta("shared", { count: 3 });
    expect([counter.state.count, other.state.count]).toEqual([3, 1]);
    counter.unmount();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(1);
  });

  it("do not cut each other off where one ends while the other is being mounted", () => {
    const { client, counter, server } = mounted({ count: 1 }, "shared");
    const other = client.use("LiveCounter");
    counter.unmount();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(0);
    server.mounted("shared", { count: 1 });
    server.delta("shared", { count: 2 });
    expect(other.state).toEqual({ count: 2 });
    expect(server.count("COMPONENT_UNMOUNT")).toBe(0);
    other.unmount();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(1);
  });

  it("which turn out to be two instances end each at its time", () => {
    const { client, counter, server } = mounted({}, "id-1");
    client.use("LiveCounter");
    client.use("LiveForm");
    const [, second, form] = server.sent;
    counter.unmount();
    server.mountedReply(form!, "form", {});
    expect(server.count("COMPONENT_UNMOUNT")).toBe(0);
    server.mountedReply(second!, "id-2", {});
    expect(server.sent.filter(({ type }) => type === "COMPONENT_UNMOUNT")).toEqual([
      { type: "COMPONENT_UNMOUNT", componentId: "id-1" },
    ]);
  });

  it("of which one ends do not wait for mounts of other components", () => {
    const { client, counter, server } = mounted();
    client.use("LiveForm");
    counter.unmount();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(1);
  });

  it("are mounted again both after a reconnect, also where the server was not told of an end", () => {
    const { client, counter, other, server } = two();
    client.use("LiveCounter");
    other.unmount();
    counter.unmount();
    server.drop();
    vi.advanceTimersByTime(500);
    const next = socket().accept();
    next.mounted("shared");
    expect(next.sent.map(({ type }) => type)).toEqual(["COMPONENT_MOUNT"]);
  });
});

describe("bytes that a component pushes", () => {
  it("are told by name, in JSON from base64", () => {
    const { counter, server } = mounted();
    const seen: unknown[] = [];
    const stop = counter.onBinary("frame", (bytes) => seen.push(bytes));
    counter.onBinary("other", () => seen.push("another name"));
    const push = (data: string) => server.push({ type: "STATE_BINARY", componentId: "id-1", name: "frame", data, timestamp: 5 });
    push("AAH+/w==");
    push("");
    stop();
    push("AA==");
    expect(seen).toEqual([Uint8Array.of(0, 1, 254, 255), new Uint8Array()]);
    expect(counter.state).toEqual({});
  });
});

describe("subscribing", () => {
  it("to the whole state tells it at once and after each change", () => {
    const { counter, server } = mounted({ count: 1 });
    const seen: unknown[] = [];
    const stop = counter.subscribe((state) => seen.push(state.count));
    server.delta("id-1", { count: 2 });
    stop();
    server.delta("id-1", { count: 3 });
    expect(seen).toEqual([1, 2]);
  });

  it("to a key tells its value and the one before, and only its changes", () => {
    const { counter, server } = mounted({ count: 1, clicks: 0 });
    const seen: unknown[] = [];
    counter.subscribe("count", (...values) => seen.push(values));
    server.delta("id-1", { clicks: 1 });
    server.delta("id-1", { count: 2 });
    expect(seen).toEqual([
      [1, undefined],
      [2, 1],
    ]);
  });

  it("before the mount tells nothing until there is a state, then even of a key that it lacks", () => {
    const counter = newClient().use("LiveCounter");
    const seen: unknown[] = [];
    counter.subscribe((state) => seen.push(state));
    counter.subscribe("count", (count) => seen.push(count));
    counter.subscribe("missing", (missing) => seen.push(missing));
    expect(seen).toEqual([]);
    socket().accept().mounted("id-1", { count: 1 });
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(expect.arrayContaining([{ count: 1 }, 1, undefined]));
  });

  it("to the connection, to loading and to errors works as for keys", async () => {
    const { counter, server } = mounted();
    const seen: unknown[] = [];
    counter.subscribe("$connected", (on) => seen.push(["connected", on]));
    counter.subscribe("$loading", (on) => seen.push(["loading", on]));
    counter.subscribe("$error", (error) => seen.push(["error", error?.message]));
    seen.length = 0;
    const call = counter.increment();
    server.reply("CALL_ACTION", { success: false, error: "no", code: "ACTION_FAILED" });
    server.drop();
    await outcome(call);
    expect(seen).toEqual([
      ["loading", true],
      ["loading", false],
      ["error", "no"],
      ["connected", false],
    ]);
  });

  it("survives a listener that throws", () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    const { counter, server } = mounted({ count: 1 });
    const seen: unknown[] = [];
    let broken = false;
    counter.subscribe(() => {
      if (broken) throw new Error("broken listener");
    });
    counter.subscribe("count", (count) => seen.push(count));
    broken = true;
    server.delta("id-1", { count: 2 });
    expect(seen).toEqual([1, 2]);
    expect(report).toHaveBeenCalledOnce();
  });
});

describe("calling", () => {
  it("sends action and payload, and resolves with the result", async () => {
    const { counter, server } = mounted();
    const call = counter.call("increment", { by: 2 });
    expect(server.last("CALL_ACTION")).toEqual({
      type: "CALL_ACTION",
      componentId: "id-1",
      action: "increment",
      payload: { by: 2 },
      requestId: expect.any(String),
      expectResponse: true,
    });
    expect(counter.$loading).toBe(true);
    server.reply("CALL_ACTION", { result: { count: 2 } });
    expect(await outcome(call)).toEqual({ value: { count: 2 } });
    expect(counter.$loading).toBe(false);
  });

  it("matches replies by request, in whatever order they come", async () => {
    const { counter, server } = mounted();
    const slow = counter.slow();
    const fast = counter.fast();
    const [first, second] = server.sent.slice(-2);
    server.answer(second!, { result: "fast" });
    expect(counter.$loading).toBe(true);
    server.answer(first!, { result: "slow" });
    expect([await slow, await fast]).toEqual(["slow", "fast"]);
  });

  it("has the state that the action left before it resolves", async () => {
    const { counter, server } = mounted({ count: 1 });
    const call = counter.increment().then(() => counter.state.count);
    server.delta("id-1", { count: 2 });
    server.reply("CALL_ACTION", {});
    expect(await call).toBe(2);
  });

  it("rejects with the server's sentence and code, and shows it until the next call", async () => {
    const { counter, server } = mounted();
    const call = counter.explode();
    server.push({ type: "ERROR", componentId: "id-1", error: "boom", payload: { action: "explode", error: "boom" } });
    server.reply("CALL_ACTION", { success: false, error: "boom", code: "COMPONENT_CRASHED" });
    expect(await outcome(call)).toEqual({ message: "boom", code: "COMPONENT_CRASHED", action: "explode" });
    expect(counter.$error).toMatchObject({ message: "boom", code: "COMPONENT_CRASHED", action: "explode" });
    void counter.increment();
    expect(counter.$error).toBeNull();
  });

  it("rejects when the server answers the request with an ERROR", async () => {
    const { counter, server } = mounted();
    const call = counter.increment();
    const { requestId } = server.last("CALL_ACTION");
    server.push({ type: "ERROR", error: "Rate limit exceeded", requestId: requestId! });
    expect(await outcome(call)).toMatchObject({ message: "Rate limit exceeded", code: "REQUEST_FAILED" });
  });

  it("rejects when no reply comes in time: 30 seconds, or what the component or the call says", async () => {
    const { client, counter, server } = mounted();
    const usual = counter.increment();
    const short = counter.call("increment", undefined, { timeout: 100 });
    const other = client.use("LiveCounter", { timeout: 500 });
    server.mounted("id-2");
    const own = other.increment();
    vi.advanceTimersByTime(100);
    expect(await outcome(short)).toMatchObject({ code: "REQUEST_TIMEOUT", message: "LiveCounter.increment: no reply within 100 ms" });
    vi.advanceTimersByTime(400);
    expect(await outcome(own)).toMatchObject({ code: "REQUEST_TIMEOUT" });
    expect(await outcome(usual)).toBe("pending");
    server.push({ type: "COMPONENT_PONG" });
    vi.advanceTimersByTime(29_500);
    expect(await outcome(usual)).toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  it("rejects what was sent when the connection is lost, for it may have run", async () => {
    const { counter, server } = mounted();
    const call = counter.increment();
    server.drop();
    expect(await outcome(call)).toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("waits for the mount, in the order asked, with the payload as it was then", async () => {
    const counter = newClient().use("LiveCounter");
    const payload = { by: 1 };
    const first = counter.increment(payload);
    const second = counter.decrement();
    payload.by = 100;
    const server = socket().accept();
    expect(server.count("CALL_ACTION")).toBe(0);
    server.mounted("id-1");
    const [one, two] = server.sent.slice(-2);
    expect([one!.action, one!.payload, two!.action]).toEqual(["increment", { by: 1 }, "decrement"]);
    server.answer(one!, { result: 1 });
    server.answer(two!, { result: 0 });
    expect([await first, await second]).toEqual([1, 0]);
  });

  it("says so when it could not be sent in time, and does not send it later", async () => {
    const { counter, server } = mounted({}, "id-1", { timeout: 200 });
    server.drop();
    const call = counter.increment();
    vi.advanceTimersByTime(200);
    expect(await outcome(call)).toMatchObject({ code: "NOT_CONNECTED" });
    vi.advanceTimersByTime(300);
    const next = socket().accept();
    next.mounted("id-2");
    expect(next.count("CALL_ACTION")).toBe(0);
  });

  it("waits also if it is asked for by a listener that is just told of the lost connection", async () => {
    const { client, counter, server } = mounted();
    const calls: Promise<unknown>[] = [];
    counter.subscribe("$connected", (on) => on || calls.push(counter.increment()));
    client.connection.onStatus((status) => status === "reconnecting" && calls.push(counter.increment()));
    server.drop();
    await settled();
    expect(calls).toHaveLength(2);
    for (const call of calls) expect(await outcome(call)).toBe("pending");
  });

  it("rejects a payload that JSON cannot hold", async () => {
    const { counter } = mounted();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(await outcome(counter.increment(cycle))).toMatchObject({ code: "INVALID_PAYLOAD" });
    expect(counter.$loading).toBe(false);
    expect(await outcome(newClient().use("LiveCounter").increment(cycle))).toMatchObject({ code: "INVALID_PAYLOAD" });
  });
});

describe("an error that the component pushes", () => {
  it.each([
    ["beside the type", { error: "late" }],
    ["inside the payload", { payload: { error: "late", action: "save" } }],
  ])("is shown, wherever its text stands: %s", (_where, fields) => {
    const { counter, server } = mounted();
    server.push({ type: "ERROR", componentId: "id-1", ...fields });
    expect(counter.$error).toMatchObject({ message: "late", code: "COMPONENT_ERROR" });
  });
});

describe("unmounting", () => {
  it("tells the server once and listens no more", () => {
    const { counter, server } = mounted({ count: 1 });
    counter.unmount();
    counter.unmount();
    expect(server.sent.filter(({ type }) => type === "COMPONENT_UNMOUNT")).toEqual([
      { type: "COMPONENT_UNMOUNT", componentId: "id-1" },
    ]);
    server.delta("id-1", { count: 2 });
    expect([counter.state.count, counter.$connected, counter.$loading]).toEqual([1, false, false]);
  });

  it("while the mount is under way ends it as soon as the server tells the id", () => {
    const counter = newClient().use("LiveCounter");
    const server = socket().accept();
    counter.unmount();
    server.mounted("id-1", { count: 1 });
    expect(server.last("COMPONENT_UNMOUNT").componentId).toBe("id-1");
    expect(counter.$connected).toBe(false);
  });

  it("rejects calls that still wait, and later ones", async () => {
    const counter = newClient().use("LiveCounter");
    const waiting = counter.increment();
    counter.unmount();
    expect(await outcome(waiting)).toMatchObject({ code: "UNMOUNTED" });
    expect(await outcome(counter.increment())).toMatchObject({ code: "UNMOUNTED" });
  });
});
