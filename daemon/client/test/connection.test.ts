import { describe, expect, it, vi } from "vitest";
import type { ConnectionStatus, Frame } from "../src/api.ts";
import { live } from "../src/live.ts";
import { FakeSocket, mounted, newClient, socket } from "./harness.ts";

describe("the URL", () => {
  it("is the live socket of the page's own origin, secure if the page is", () => {
    expect(live().connection.url).toBe("wss://app.example/api/live/ws");
  });

  it("can be another path, relative to the page, or another host", () => {
    expect(live("ws").connection.url).toBe("wss://app.example/shop/ws");
    expect(live("http://127.0.0.1:4000/api/live/ws").connection.url).toBe("ws://127.0.0.1:4000/api/live/ws");
    expect(live("wss://live.example/x").connection.url).toBe("wss://live.example/x");
  });

  it("names the connection: asking twice gives the same one", () => {
    expect(live("/same").connection).toBe(live("https://app.example/same").connection);
    expect(live("/same").connection).not.toBe(live("/other").connection);
  });
});

describe("reconnecting", () => {
  it("opens no socket before something is used", () => {
    newClient();
    expect(FakeSocket.all).toHaveLength(0);
  });

  it("waits longer after each failure, up to 15 seconds", () => {
    newClient().use("LiveCounter");
    for (const delay of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      const before = FakeSocket.all.length;
      socket().drop();
      vi.advanceTimersByTime(delay - 1);
      expect(FakeSocket.all).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all).toHaveLength(before + 1);
    }
  });

  it("spreads the waits over the whole interval", () => {
    newClient().use("LiveCounter");
    vi.mocked(Math.random).mockReturnValue(0.1);
    socket().drop();
    vi.advanceTimersByTime(50);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("begins with the short wait again after a connection that was stable", () => {
    newClient().use("LiveCounter");
    socket().drop();
    vi.advanceTimersByTime(500);
    socket().drop();
    vi.advanceTimersByTime(1000);
    socket().accept();
    vi.advanceTimersByTime(5000);
    socket().drop();
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(4);
  });

  it("goes on with the long waits after a connection that broke at once", () => {
    newClient().use("LiveCounter");
    socket().drop();
    vi.advanceTimersByTime(500);
    socket().accept().drop();
    vi.advanceTimersByTime(999);
    expect(FakeSocket.all).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.all).toHaveLength(3);
  });

  it("tries at once when the browser comes online", () => {
    newClient().use("LiveCounter");
    socket().drop();
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(2);
    vi.advanceTimersByTime(9_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("gives up on a socket that does not open within 10 seconds", () => {
    newClient().use("LiveCounter");
    vi.advanceTimersByTime(10_000);
    expect(socket().closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("stops when it is closed, and begins again when it is opened", () => {
    const { client, counter, server } = mounted();
    client.connection.close();
    expect([server.closed, server.closeCode]).toEqual([true, 1000]);
    expect(counter.$connected).toBe(false);
    vi.advanceTimersByTime(60_000);
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(1);

    client.connection.open();
    socket().accept().mounted("id-2");
    expect(counter.$connected).toBe(true);
  });

  it("tells its status", () => {
    const { connection, use } = newClient();
    const seen: ConnectionStatus[] = [];
    connection.onStatus((status) => seen.push(status));
    use("LiveCounter");
    socket().accept();
    socket().drop();
    vi.advanceTimersByTime(500);
    socket().accept();
    connection.close();
    expect(seen).toEqual(["closed", "connecting", "open", "reconnecting", "open", "closed"]);
  });
});

describe("the heartbeat", () => {
  it("asks only after 25 seconds of silence", () => {
    const { server } = mounted();
    vi.advanceTimersByTime(20_000);
    server.delta("id-1", { count: 1 });
    vi.advanceTimersByTime(24_999);
    expect(server.count("COMPONENT_PING")).toBe(0);
    vi.advanceTimersByTime(1);
    expect(server.last("COMPONENT_PING")).toEqual({ type: "COMPONENT_PING", componentId: "id-1" });
  });

  it("takes anything for an answer, and asks again after the next silence", () => {
    const { server } = mounted();
    vi.advanceTimersByTime(26_000);
    server.push({ type: "COMPONENT_PONG", componentId: "id-1", success: true });
    vi.advanceTimersByTime(20_000);
    expect(server.closed).toBe(false);
    vi.advanceTimersByTime(20_000);
    expect(server.count("COMPONENT_PING")).toBe(2);
  });

  it("makes a new connection when no answer comes within 10 seconds", () => {
    const { server } = mounted();
    vi.advanceTimersByTime(35_000);
    // 1000, or none, would be a goodbye.
    expect([server.closed, server.closeCode]).toEqual([true, 4000]);
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("asks at once when the browser comes online on a connection that looks open", () => {
    const { server } = mounted();
    window.dispatchEvent(new Event("online"));
    expect(server.count("COMPONENT_PING")).toBe(1);
  });

  it("ends with its connection", () => {
    const { client } = mounted();
    client.connection.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("frames", () => {
  it("are shown to who listens, in both directions, with their size in UTF-8", () => {
    const { client, counter, server } = mounted();
    const frames: Frame[] = [];
    const stop = client.connection.onFrame((frame) => frames.push(frame));
    void counter.say("grüß");
    server.push([
      { type: "STATE_DELTA", componentId: "id-1", payload: { delta: { a: 1 } } },
      { type: "STATE_DELTA", componentId: "id-2", payload: { delta: { b: 2 } } },
    ]);
    stop();
    server.delta("id-1", { a: 2 });

    expect(frames.map((frame) => [frame.direction, frame.messages.map((message) => message.type)])).toEqual([
      ["out", ["CALL_ACTION"]],
      ["in", ["STATE_DELTA", "STATE_DELTA"]],
    ]);
    expect(frames[0]!.bytes).toBe(JSON.stringify(server.last("CALL_ACTION")).length + 2);
  });

  it.each([["not JSON"], ["null"], ["[1,null,{}]"], ['"text"']])("that are not messages are passed over: %s", (text) => {
    const { counter, server } = mounted({ count: 1 });
    server.push(text);
    server.delta("id-1", { count: 2 });
    expect(counter.state).toEqual({ count: 2 });
  });

  it("that are binary only count as a sign of life", () => {
    const { server } = mounted();
    vi.advanceTimersByTime(24_000);
    server.onmessage?.({ data: new ArrayBuffer(4) });
    vi.advanceTimersByTime(2_000);
    expect(server.count("COMPONENT_PING")).toBe(0);
  });

  it("report an error of the connection itself on the console", () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    const { counter, server } = mounted();
    server.push({ type: "ERROR", error: "Invalid JSON" });
    expect(report).toHaveBeenCalledWith("liveside: Invalid JSON");
    expect(counter.$error).toBeNull();
  });
});
