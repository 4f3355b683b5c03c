// One file on its way: announced, sent chunk by chunk, completed. Whatever comes between, the server is asked where to
// go on: a lost connection, a chunk that was not taken and a reply that never came are all the same.

import type { Message, Stop, UploadResult } from "./api.ts";
import { reconnectDelay } from "./backoff.ts";
import type { LiveError } from "./errors.ts";
import type { Settle } from "./requests.ts";
import type { Line, Task, Transfer as PublicTransfer } from "./uploads.ts";

const CHUNK_BYTES = 64 * 1024;
const MIN_CHUNK_BYTES = 16 * 1024;

/** How many chunks may be without an answer. */
const WINDOW = 4;

/** An answer within this time asks for larger chunks, one after the other for smaller ones. */
const QUICK_MS = 100;
const SLOW_MS = 1_000;

/** How often in a row it is tried again without the server having taken anything. */
const MAX_TRIES = 6;

/** What is first left between two chunks where more of them were sent than the server takes in a time. */
const GAP_MS = 25;

/** Failures of any request that are worth another try. */
const PASSING = ["CONNECTION_LOST", "REQUEST_TIMEOUT", "RATE_LIMITED"];

/** Why it did not go on. */
interface Failure {
  error: LiveError;
  /** The server may be asked where to go on. */
  passing: boolean;
}

export class Transfer implements PublicTransfer {
  readonly #task: Task;
  readonly #line: Line;
  /** Requests without an answer; while chunks are sent, these. */
  readonly #asked = new Set<{ giveUp?: Stop }>();
  /**
   * Where each chunk begins. One that is sent again is cut as it was before: the server may have kept those after it,
   * and takes their place from what came before them.
   */
  #starts: number[] = [];
  /** How long new chunks are, and may become. */
  #chunk: number;
  #maxChunk = 0;
  /** Milliseconds to leave between two chunks. */
  #gap = 0;
  #sentAt = 0;
  /** Since the server last told where to go on. */
  #failure: Failure | undefined;
  /** The server has taken something since then. */
  #advanced = false;
  #completing = false;
  #cancelled: LiveError | undefined;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(task: Task, line: Line) {
    this.#task = task;
    this.#line = line;
    this.#chunk = task.options.chunkSize || CHUNK_BYTES;
    void this.#run();
  }

  cancel(error: LiveError): void {
    if (this.#cancelled) return;
    this.#cancelled = error;
    const message = { type: "FILE_UPLOAD_CANCEL", uploadId: this.#task.id };
    this.#line.now(message, (refused) => refused || this.interrupt(error, true));
    // What the server makes a file of at this moment may be there before it hears of the end. Its answers tell.
    if (!this.#completing) this.interrupt(error, true);
  }

  interrupt(error: LiveError, over: boolean): void {
    this.#failed({ error, passing: !over });
    if (over) {
      this.#over = true;
      this.#task.settle(error);
      for (const { giveUp } of this.#asked) giveUp?.();
    }
  }

  async #run(): Promise<void> {
    for (let tries = 0; !this.#over; tries++) {
      try {
        return this.#task.settle(null, await this.#attempt());
      } catch (thrown) {
        const { error = thrown as LiveError, passing } = thrown as Failure;
        if (this.#advanced) tries = 0;
        if (this.#cancelled || !passing) return this.#task.settle(this.#cancelled ?? error);
        if (tries === MAX_TRIES) return this.cancel(error);
        if (error.code === "RATE_LIMITED") this.#gap = this.#gap * 2 || GAP_MS;
        // Without a connection there is nothing to be gentle with: the announcement waits for the next.
        if (error.code !== "CONNECTION_LOST") await this.#pause(reconnectDelay(tries));
      }
    }
  }

  async #attempt(): Promise<UploadResult> {
    const { id: uploadId, name: filename, file } = this.#task;
    const fileType = file.type || "application/octet-stream";
    const start = { type: "FILE_UPLOAD_START", uploadId, filename, fileType, fileSize: file.size, chunkSize: this.#chunk };
    this.#advanced = false;
    const told = await this.#answer((settle) => this.#line.request(start, settle));
    const { chunkSize, maxChunkSize = chunkSize, bytesUploaded = 0, nextChunk = 0 } = told;
    this.#chunk = Math.min(this.#chunk, chunkSize);
    this.#maxChunk = maxChunkSize;
    this.#task.report(bytesUploaded);
    if (this.#starts[nextChunk] !== bytesUploaded) {
      this.#starts = [];
      this.#starts[nextChunk] = bytesUploaded;
    }
    await this.#sendFrom(nextChunk);
    const reply = await this.#complete({ type: "FILE_UPLOAD_COMPLETE", uploadId });
    return { fileUrl: reply.fileUrl, filename: reply.filename, size: reply.size, sha256: reply.sha256 };
  }

  async #complete(message: Message): Promise<Message> {
    this.#completing = true;
    try {
      return await this.#answer((settle) => this.#line.now(message, settle));
    } finally {
      this.#completing = false;
    }
  }

  async #sendFrom(index: number): Promise<void> {
    const { size } = this.#task.file;
    for (let from: number; !this.#failure && (from = this.#starts[index]!) < size; ) {
      const wait = this.#sentAt + this.#gap - performance.now();
      if (wait > 0) await this.#pause(wait);
      else if (this.#isBusy()) await this.#pause();
      else {
        const to = (this.#starts[index + 1] ??= Math.min(from + this.#chunk, size));
        const bytes = await this.#read(from, to);
        if (!this.#failure) this.#send(index++, from, bytes);
      }
    }
    while (this.#asked.size > 0) await this.#pause();
    if (this.#failure) throw this.#failure;
  }

  /** Bytes that wait in the browser hold up everything else that the page says. */
  #isBusy(): boolean {
    const { size } = this.#asked;
    return size >= WINDOW || (size > 0 && this.#line.bufferedAmount >= this.#chunk);
  }

  async #read(from: number, to: number): Promise<Uint8Array> {
    const { file, name } = this.#task;
    try {
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    } catch (thrown) {
      const error = this.#line.error(`${name} could not be read: ${(thrown as Error).message}`, "FILE_UNREADABLE");
      this.cancel(error);
      throw error;
    }
  }

  #send(chunkIndex: number, from: number, bytes: Uint8Array): void {
    const { id: uploadId, file } = this.#task;
    // As many as it will be if none of those to come is cut otherwise.
    const totalChunks = chunkIndex + Math.ceil((file.size - from) / bytes.length);
    const message = { type: "FILE_UPLOAD_CHUNK", uploadId, chunkIndex, totalChunks };
    const sentAt = (this.#sentAt = performance.now());
    this.#ask(
      (settle) => this.#line.now(message, settle, bytes),
      (error, reply) => {
        if (error) return this.#failed(failureOf(error, reply));
        this.#adapt(bytes.length, performance.now() - sentAt);
        if (reply.bytesUploaded <= this.#task.progress.bytesUploaded) return;
        this.#advanced = true;
        this.#task.report(reply.bytesUploaded);
      },
    );
  }

  /** Once for each size: the answers to chunks that were cut before the last change do not count. */
  #adapt(length: number, ms: number): void {
    if (this.#task.options.adaptive === false || length !== this.#chunk) return;
    if (ms < QUICK_MS) this.#chunk = Math.min(length * 2, this.#maxChunk);
    else if (ms > SLOW_MS) this.#chunk = Math.min(length, Math.max(length >> 1, MIN_CHUNK_BYTES));
  }

  /** The first counts, unless it was passing and this one is not. */
  #failed(failure: Failure): void {
    if (!this.#failure || (this.#failure.passing && !failure.passing)) this.#failure = failure;
  }

  #answer(send: (settle: Settle) => Stop): Promise<Message> {
    return new Promise((resolve, reject) =>
      this.#ask(send, (error, reply) => {
        if (error) return reject(failureOf(error, reply));
        // Now, and not when the promise is heard of: something else may come between before that.
        this.#failure = undefined;
        resolve(reply);
      }),
    );
  }

  #ask(send: (settle: Settle) => Stop, settle: Settle): void {
    const asked: { giveUp?: Stop } = {};
    this.#asked.add(asked);
    asked.giveUp = send((error, reply) => {
      this.#asked.delete(asked);
      settle(error, reply);
      this.#wake?.();
    });
  }

  /** Until something happens. A minute without anything is something, too: looking once more does no harm. */
  #pause(ms = 60_000): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function failureOf(error: LiveError, { failed }: Message): Failure {
  return { error, passing: failed === undefined ? PASSING.includes(error.code) : !failed };
}
