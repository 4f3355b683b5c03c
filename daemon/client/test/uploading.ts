// Files to upload, and a server that takes them.

import { afterEach, beforeEach, expect, vi } from "vitest";
import type { Message, Upload } from "../src/api.ts";
import { clientIs } from "../src/beside.ts";
import { FakeUploads } from "./fake-uploads.js";
import { type FakeSocket, mounted, socket } from "./harness.ts";

export const KIB = 1024;

/** Chunks of one size. */
export const FIXED = { adaptive: false };

/** What sends files is the built file, as a page loads it. */
export function withSender(): void {
  beforeEach(() => clientIs(import.meta.url.replace(/test.uploading.*/, "dist/client.js")));
  afterEach(() => clientIs(undefined));
}

/** A file that notes what is read of it. */
export class FakeFile {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly type: string;
  readonly reads: [from: number, to: number][] = [];
  /** What a read waits for. */
  held: Promise<unknown> | undefined;

  constructor(size: number, name = "photo.png", type = "image/png") {
    // No two chunks are the same.
    this.content = Uint8Array.from({ length: size }, (_, at) => at ^ (at >> 8) ^ (at >> 15));
    this.name = name;
    this.type = type;
  }

  get size(): number {
    return this.content.length;
  }

  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> } {
    this.reads.push([from, to]);
    return {
      arrayBuffer: async () => {
        await this.held;
        return this.content.slice(from, to).buffer;
      },
    };
  }
}

export function file(size: number, name?: string, type?: string): File & FakeFile {
  return new FakeFile(size, name, type) as unknown as File & FakeFile;
}

/** The server's part in uploads. */
export class UploadServer {
  readonly uploads = new FakeUploads();
  /** How long an answer takes. */
  delay = 10;
  /** Instead of the server's own answer; `null`: none. */
  instead: (message: Message) => object | null | undefined = () => undefined;
  readonly #socket: FakeSocket;

  constructor(server: FakeSocket = socket(), before?: UploadServer) {
    this.#socket = server;
    if (before) this.uploads = before.uploads;
    server.onsent = (message) => {
      if (message.type.startsWith("FILE_UPLOAD_")) this.#answer(message);
    };
  }

  #answer(message: Message): void {
    const instead = this.instead(message);
    if (instead === null) return;
    const { componentId, uploadId, requestId } = message;
    const reply = instead ? { componentId, uploadId, requestId, ...instead } : this.uploads.answer(message);
    setTimeout(() => this.#socket.push(reply as Message), this.delay);
  }

  /** Waits until it is asked to take the first file: what sends files is loaded before. */
  async asked(): Promise<Message> {
    return vi.waitFor(() => this.#socket.last("FILE_UPLOAD_START"), { interval: 1 });
  }
}

/** A mounted component, and the server's part in its uploads. */
export function ready() {
  const it = mounted();
  return { ...it, uploads: new UploadServer(it.server) };
}

/** An upload, and how it ended: nobody else waits for it. */
export function follow(upload: Upload): Upload & { outcome: unknown } {
  const followed = Object.assign(upload, { outcome: "pending" as unknown });
  upload.then(
    (value) => (followed.outcome = { value }),
    ({ code, message }) => (followed.outcome = { code, message }),
  );
  return followed;
}

/** The answers to messages of a type are left out, or others. */
export function instead(uploads: UploadServer, type: string, answer: object | null): void {
  uploads.instead = (message) => (message.type === type ? answer : undefined);
}

/** An upload whose first chunks are sent and not answered. */
export async function halfway(options: object = {}) {
  const it = ready();
  instead(it.uploads, "FILE_UPLOAD_CHUNK", null);
  const photo = file(600 * KIB);
  const upload = follow(it.counter.upload(photo, { ...FIXED, ...options }));
  await it.uploads.asked();
  await later(100);
  expect(chunks(it.server)).toHaveLength(4);
  return { ...it, upload, photo };
}

/** What the server says where it does not take something; unless told otherwise, the upload is over with it. */
export function refusal(fields: object): Message {
  const failure = { success: false, failed: true, code: "UPLOAD_REJECTED", error: "It is not a picture" };
  return { type: "FILE_UPLOAD_ERROR", ...failure, ...fields };
}

export const sent = (server: FakeSocket, type: string): Message[] => server.sent.filter((message) => message.type === type);

export const chunks = (server: FakeSocket): Message[] => sent(server, "FILE_UPLOAD_CHUNK");

/** How long the chunks are that were sent. */
export const lengths = (server: FakeSocket): number[] => chunks(server).map(({ data }) => data.length);

/** Time passes until nothing happens any more, or for a given time. */
export const later = (ms = 20_000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

export function expectStored({ uploads }: UploadServer, url: string, { content, type }: FakeFile): void {
  const stored = uploads.file(url)!;
  expect([stored.type, stored.bytes.length]).toEqual([type, content.length]);
  expect(stored.bytes.findIndex((byte, at) => byte !== content[at]), "the first byte that is another").toBe(-1);
}
