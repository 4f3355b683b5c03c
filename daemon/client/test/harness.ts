// The other side of the socket, played by the test.

import { decode, encode } from "@msgpack/msgpack";
import { expect, vi } from "vitest";
import type { Client, Live, Message, UseOptions } from "../src/api.ts";
import { live } from "../src/live.ts";

export class FakeSocket {
  static readonly all: FakeSocket[] = [];

  readonly url: string;
  /** The subprotocols that the client offers. */
  readonly offered: string[];
  /** The one that the server selected. */
  protocol = "";
  binaryType = "blob";
  readonly sent: Message[] = [];
  bufferedAmount = 0;
  /** Called with each message after it was sent. */
  onsent: ((message: Message) => void) | undefined;
  closed = false;
  closeCode: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(url: string, protocols: string[] = []) {
    this.url = url;
    this.offered = protocols;
    FakeSocket.all.push(this);
  }

  send(data: string | Uint8Array): void {
    if (this.protocol) expect(typeof data).toBe("object");
    const message = typeof data === "string" ? JSON.parse(data) : this.protocol ? decode(data) : unframed(data);
    this.sent.push(message);
    this.onsent?.(message);
  }

  close(code?: number): void {
    this.closed = true;
    this.closeCode = code;
  }

  /** The server accepts the connection. */
  accept(protocol = ""): this {
    this.protocol = protocol;
    this.onopen?.();
    return this;
  }

  /** The server sends one frame. */
  push(frame: Message | Message[] | string): void {
    // A copy: what the encoder gives is part of a larger buffer.
    const bytes = () => new Uint8Array(encode(frame)).buffer;
    this.onmessage?.({ data: typeof frame === "string" ? frame : this.protocol ? bytes() : JSON.stringify(frame) });
  }

  /** The connection ends without the client having asked for it. */
  drop(): void {
    this.onclose?.();
  }

  /** The last message of a type that the client sent. */
  last(type: string): Message {
    const message = this.sent.filter((sent) => sent.type === type).at(-1);
    expect(message, `a ${type} was sent`).toBeDefined();
    return message!;
  }

  count(type: string): number {
    return this.sent.filter((sent) => sent.type === type).length;
  }

  /** Accepts the newest mount and gives the component this id. */
  mounted(id: string, initialState: object = {}, signedState?: object): void {
    this.mountedReply(this.last("COMPONENT_MOUNT"), id, initialState, signedState);
  }

  mountedReply({ componentId, requestId }: Message, id: string, initialState: object, signedState?: object): void {
    const result = { componentId: id, initialState, signedState };
    this.push({ type: "COMPONENT_MOUNTED", originalType: "COMPONENT_MOUNT", componentId, success: true, result, requestId } as Message);
  }

  /** Accepts the newest rehydration. */
  rehydrated(newComponentId: string, state: object, { recovered = true, signedState = signed(newComponentId, "fresh") } = {}): void {
    this.reply("COMPONENT_REHYDRATE", { result: { newComponentId, state, signedState, recovered } });
  }

  /** Refuses the newest rehydration. */
  rehydrationRefused(code: string): void {
    this.reply("COMPONENT_REHYDRATE", { success: false, error: "That state is not taken", code });
  }

  /** Tells a change that has settled. */
  refreshed(componentId: string, state: object, signedState: object): void {
    this.push({ type: "STATE_UPDATE", componentId, payload: { state, signedState }, timestamp: 5 });
  }

  /** Answers the newest AUTH. */
  signedIn(userId: string | null): void {
    this.reply("AUTH", { authenticated: userId !== null, payload: userId === null ? {} : { userId } });
  }

  /** Refuses the newest AUTH. */
  authRefused(error = "Wrong password"): void {
    this.reply("AUTH", { success: false, authenticated: false, error, code: "AUTH_DENIED", payload: { error } });
  }

  established(userId?: string): void {
    const features = { recovery: true, offlineQueue: true };
    const who = userId === undefined ? { authenticated: false } : { authenticated: true, userId };
    this.push({ type: "CONNECTION_ESTABLISHED", connectionId: "c-1", protocolVersion: 1, features, ...who });
  }

  /** The types of what the client sent, in order. */
  get types(): string[] {
    return this.sent.map(({ type }) => type);
  }

  /** Answers the newest message of a type. */
  reply(type: string, fields: object): void {
    this.answer(this.last(type), fields);
  }

  answer({ type, componentId, requestId }: Message, fields: object): void {
    const replies: Record<string, string> = {
      COMPONENT_MOUNT: "COMPONENT_MOUNTED",
      COMPONENT_REHYDRATE: "COMPONENT_REHYDRATED",
      AUTH: "AUTH_RESPONSE",
      CALL_ACTION: "ACTION_RESPONSE",
      PROPERTY_UPDATE: "PROPERTY_UPDATED",
      ROOM_JOIN: "ROOM_JOINED",
      ROOM_LEAVE: "ROOM_LEFT",
      ROOM_EMIT: "ROOM_EMITTED",
      ROOM_STATE_SET: "ROOM_EMITTED",
      ROOM_STATE_GET: "ROOM_STATE",
    };
    this.push({ type: replies[type]!, originalType: type, componentId, requestId, success: true, ...fields } as Message);
  }

  /** Answers the newest join as the daemon does. */
  joined(state: object = {}): void {
    const { roomId } = this.last("ROOM_JOIN");
    this.reply("ROOM_JOIN", { roomId, state, data: { state }, payload: { roomId, state } });
  }

  roomEvent(componentId: string, roomId: string, event: string, data: unknown): void {
    this.push({ type: "ROOM_EVENT", componentId, roomId, event, data, timestamp: 5 });
  }

  roomState(componentId: string, roomId: string, data: object): void {
    this.push({ type: "ROOM_STATE", componentId, roomId, event: "$state:update", data, timestamp: 5 });
  }

  delta(componentId: string, delta: object): void {
    this.push({ type: "STATE_DELTA", componentId, payload: { delta } });
  }
}

/** A chunk as it goes where messages are JSON; its bytes are its `data`. */
function unframed(frame: Uint8Array): Message {
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(frame.subarray(4, 4 + length)));
  expect(header.type).toBe("FILE_UPLOAD_CHUNK");
  return { ...header, data: frame.slice(4 + length) };
}

/** The socket that the client opened last. */
export function socket(): FakeSocket {
  expect(FakeSocket.all.length, "a socket was opened").toBeGreaterThan(0);
  return FakeSocket.all.at(-1)!;
}

/** What the server signs for a component. The client does not look into it. */
export function signed(componentId: string, nonce: string): { componentId: string; nonce: string; signature: string } {
  return { componentId, nonce, signature: `signature of ${nonce}` };
}

/** The next socket that the client makes is accepted. */
export function back(): FakeSocket {
  for (let waited = 0; socket().closed && waited < 15_000; waited += 100) vi.advanceTimersByTime(100);
  return socket().accept();
}

/** The connection is lost and made again. */
export function reconnected(): FakeSocket {
  socket().drop();
  return back();
}

let urls = 0;

/** A URL that no test used before: clients are shared by URL. */
export function newUrl(): string {
  return `/socket-${++urls}`;
}

export function newClient(): Client {
  return live(newUrl());
}

/** A component that is mounted as `id` on an open connection. */
export function mounted(state: object = {}, id = "id-1", options?: UseOptions): { client: Client; counter: Live; server: FakeSocket } {
  const client = newClient();
  const counter = client.use("LiveCounter", options);
  const server = socket().accept();
  server.mounted(id, state);
  return { client, counter, server };
}

/** Lets promises that are already settled run what waits for them. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** How a promise ended, without waiting for it. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let result: unknown = "pending";
  promise.then(
    (value) => (result = { value }),
    (error) => (result = { code: error.code, message: error.message, action: error.action }),
  );
  await settled();
  return result;
}
