// MessagePack, where the page asks for it and the server knows it. The codec is the built file, as a page loads it.

import { decode } from "@msgpack/msgpack";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client, Frame, Live } from "../src/api.ts";
import { clientIs } from "../src/beside.ts";
import { live } from "../src/live.ts";
import { FakeSocket, mounted, newUrl, outcome, socket } from "./harness.ts";

beforeEach(() => clientIs(import.meta.url.replace(/test.encoding.*/, "dist/client.js")));
afterEach(() => clientIs(undefined));

/** A component of a client that asks for MessagePack, whose first socket is being made. */
async function asking(url = newUrl()): Promise<{ client: Client; counter: Live }> {
  const client = live({ url, encoding: "msgpack" });
  const counter = client.use("LiveCounter");
  await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
  return { client, counter };
}

/** Waits for the next socket, and no longer: one that does not open in time is given up. */
function again(before: number): void {
  for (let waited = 0; FakeSocket.all.length === before && waited < 15_000; waited += 100) vi.advanceTimersByTime(100);
  expect(FakeSocket.all).toHaveLength(before + 1);
}

/** The socket is lost, or does not open; the next is made. */
function lost(): void {
  const before = FakeSocket.all.length;
  socket().drop();
  again(before);
}

describe("without being asked", () => {
  it("messages go as JSON, and nothing else is offered", () => {
    const { server } = mounted();
    expect([server.offered, server.url]).toEqual([[], expect.any(String)]);
    const given = live({ url: newUrl(), encoding: "json" });
    given.use("LiveCounter");
    expect(socket().offered).toEqual([]);
  });
});

describe("MessagePack", () => {
  it("is offered once its codec is loaded, and then spoken in both directions", async () => {
    const url = newUrl();
    const client = live({ url, encoding: "msgpack" });
    const counter = client.use("LiveCounter", { props: { count: 1 } });
    expect([client.connection.status, FakeSocket.all.length]).toEqual(["connecting", 0]);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    expect([socket().offered, socket().binaryType]).toEqual([["live.msgpack"], "arraybuffer"]);
    expect(live(url).connection).toBe(client.connection);

    const server = socket().accept("live.msgpack");
    expect(server.last("COMPONENT_MOUNT").payload).toEqual({ component: "LiveCounter", props: { count: 1 } });
    server.mounted("id-1", { count: 1, name: "grüß" });
    const call = counter.increment({ by: 2 });
    server.push([
      { type: "STATE_DELTA", componentId: "id-1", payload: { delta: { count: 2 } } },
      { type: "STATE_DELTA", componentId: "id-1", payload: { delta: { count: 3 } } },
    ]);
    server.reply("CALL_ACTION", { result: { count: 3, big: 2 ** 40, half: 0.5, none: null } });
    expect(await outcome(call)).toEqual({ value: { count: 3, big: 2 ** 40, half: 0.5, none: null } });
    expect(counter.state).toEqual({ count: 3, name: "grüß" });
  });

  it("carries what JSON would: no undefined, dates as text", async () => {
    const { counter } = await asking();
    const server = socket().accept("live.msgpack");
    server.mounted("id-1");
    void counter.save({ at: new Date(0), nothing: undefined });
    expect(server.last("CALL_ACTION").payload).toEqual({ at: "1970-01-01T00:00:00.000Z" });
  });

  it("carries bytes as they are", async () => {
    const { counter } = await asking();
    const server = socket().accept("live.msgpack");
    server.mounted("id-1");
    const seen: Uint8Array[] = [];
    counter.onBinary("frame", (bytes) => seen.push(bytes));
    const data = Uint8Array.of(0, 1, 254, 255);
    server.push({ type: "STATE_BINARY", componentId: "id-1", name: "frame", data });
    expect(seen).toEqual([data]);
  });

  it("shows its frames, and their size, to who listens", async () => {
    const { client, counter } = await asking();
    const server = socket().accept("live.msgpack");
    server.mounted("id-1");
    const frames: Frame[] = [];
    client.connection.onFrame((frame) => frames.push(frame));
    const send = vi.spyOn(server, "send");
    void counter.increment();
    server.delta("id-1", { count: 1 });
    const [bytes] = send.mock.calls[0] as unknown as [Uint8Array];
    expect(frames[0]).toMatchObject({ direction: "out", bytes: bytes.length, messages: [decode(bytes)] });
    expect(frames[1]).toMatchObject({ direction: "in", messages: [{ type: "STATE_DELTA" }] });
  });

  it("passes over a frame that is none", async () => {
    const { counter } = await asking();
    const server = socket().accept("live.msgpack");
    server.mounted("id-1", { count: 1 });
    server.onmessage?.({ data: Uint8Array.of(0xc1).buffer });
    server.delta("id-1", { count: 2 });
    expect(counter.state).toEqual({ count: 2 });
  });
});

describe("JSON takes its place", () => {
  it("where the server selects no subprotocol", async () => {
    const { counter } = await asking();
    const server = socket().accept("");
    server.mounted("id-1", { count: 1 });
    server.delta("id-1", { count: 2 });
    expect(counter.state).toEqual({ count: 2 });
  });

  it("where the browser gives up a socket because of that: every other try is made without the offer", async () => {
    const { counter } = await asking();
    lost();
    expect(socket().offered).toEqual([]);
    lost();
    expect(socket().offered).toEqual(["live.msgpack"]);
    lost();
    const server = socket().accept();
    server.mounted("id-1", { count: 1 });
    expect(counter.state).toEqual({ count: 1 });
    lost();
    expect(socket().offered).toEqual([]);
  });

  it("not at once where the server has spoken MessagePack before: it may be starting again", async () => {
    await asking();
    socket().accept("live.msgpack");
    lost();
    const offers = [1, 2, 3, 4, 5, 6].map(() => {
      const { offered } = socket();
      lost();
      return offered.length;
    });
    expect(offers).toEqual([1, 1, 1, 1, 0, 1]);
  });

  it("where the codec cannot be loaded, and says so", async () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    clientIs("nothing:///client.js");
    await asking();
    expect(socket().offered).toEqual([]);
    expect(report).toHaveBeenCalledOnce();
    expect(report.mock.calls[0]![0]).toContain("messages go as JSON");
  });
});

describe("while the codec is loaded", () => {
  it("closing is enough to open no socket", async () => {
    const { connection, use } = live({ url: newUrl(), encoding: "msgpack" });
    use("LiveCounter");
    connection.close();
    await asking();
    expect([connection.status, FakeSocket.all.length]).toEqual(["closed", 1]);
  });

  it("closing and opening again makes one socket", async () => {
    const { connection, use } = live({ url: newUrl(), encoding: "msgpack" });
    use("LiveCounter");
    connection.close();
    connection.open();
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("asking for it later", () => {
  it("takes effect with the next socket", async () => {
    const { server, client } = mounted();
    const { url } = client.connection;
    live({ url, encoding: "msgpack" });
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.all).toHaveLength(1);
    server.drop();
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(2));
    expect(socket().offered).toEqual(["live.msgpack"]);
  });
});
