// The uploads of one connection: each waits here for its turn. What sends a file is upload.js, a file of its own, which
// is loaded when the first has its turn: a page without uploads never loads it. It knows no more of the client than
// `Task` and `Line`.

import type { Message, Stop, Upload as PublicUpload, UploadOptions, UploadProgress, UploadResult } from "./api.ts";
import { loadBeside } from "./beside.ts";
import type { Component } from "./component.ts";
import type { Connection } from "./connection.ts";
import { LiveError, errorOf } from "./errors.ts";
import type { Request, Settle } from "./requests.ts";

/** How many are sent beside one another. */
const AT_ONCE = 4;

/** What `upload.js` exports. */
export interface Sender {
  send(task: Task, line: Line): Transfer;
  /** Sends what is chosen with an element or dropped on it; `early`: what was chosen while this file was loaded. */
  bindUpload(element: HTMLElement, component: Component, Failure: typeof LiveError, early: Event | undefined): Stop;
}

/** A file to be sent, and who is to be told of it. */
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly file: Blob;
  readonly options: UploadOptions;
  readonly progress: UploadProgress;
  /** The server has so many bytes of it. */
  report(bytes: number): void;
  /** It is over. Only the first time counts. */
  settle(error: LiveError | null, result?: UploadResult): void;
}

/** What is between a file and the server. */
export interface Line {
  /** Bytes that have not left the browser yet. */
  readonly bufferedAmount: number;
  /** Asks for the component once it is mounted. To stop is to give the request up. */
  request(message: Message, settle: Settle): Stop;
  /** Asks for the component now, or sends a chunk with its bytes; where it is not mounted, that fails at once. */
  now(message: Message, settle: Settle, bytes?: Uint8Array): Stop;
  error(text: string, code: string): LiveError;
}

/** A file that is being sent. */
export interface Transfer {
  /** The page does not want it any more. */
  cancel(error: LiveError): void;
  /** Something came between. It is `over` with that, or the server is asked where to go on. */
  interrupt(error: LiveError, over: boolean): void;
}

export async function loadSender(): Promise<Sender> {
  try {
    return await loadBeside("upload.js");
  } catch (error) {
    throw new LiveError(`What sends files could not be loaded: ${error}`, "NOT_CONNECTED");
  }
}

export class Uploads {
  readonly #connection: Connection;
  /** In the order asked. The first of them are being sent. */
  readonly #open = new Set<Upload>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(component: Component, file: Blob, options: UploadOptions): Upload {
    const upload = new Upload(component, file, options, () => {
      this.#open.delete(upload);
      this.#next();
    });
    this.#open.add(upload);
    if (options.signal?.aborted) upload.cancel();
    this.#next();
    return upload;
  }

  lost(): void {
    const error = new LiveError("The connection was lost", "CONNECTION_LOST");
    for (const { transfer } of this.#open) transfer?.interrupt(error, false);
  }

  /** The server said so by itself. */
  refused(message: Message): void {
    for (const { id, transfer } of this.#open) {
      if (id === message.uploadId) transfer?.interrupt(errorOf(message, "UPLOAD_REJECTED"), message.failed !== false);
    }
  }

  cancelAll(component: Component): void {
    for (const upload of this.#open) if (upload.component === component) upload.cancel();
  }

  #next(): void {
    for (const upload of [...this.#open].slice(0, AT_ONCE)) upload.start(this.#connection);
  }
}

export class Upload implements PublicUpload, Task {
  readonly id: string;
  readonly name: string;
  readonly component: Component;
  readonly file: Blob;
  readonly options: UploadOptions;
  progress!: UploadProgress;
  /** Once it is being sent. */
  transfer: Transfer | undefined;
  settle!: Task["settle"];
  readonly #result: Promise<UploadResult>;
  #started = false;
  #over = false;

  constructor(component: Component, file: Blob, options: UploadOptions, settled: () => void) {
    // `randomUUID` is missing on pages that are not served securely.
    this.id = crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.name = options.filename ?? (file as File).name ?? "upload";
    this.component = component;
    this.file = file;
    this.options = options;
    this.#progressed(0);
    const { signal } = options;
    const abort = () => this.cancel();
    signal?.addEventListener("abort", abort);
    this.#result = new Promise((resolve, reject) => {
      this.settle = (error, result) => {
        this.#over = true;
        signal?.removeEventListener("abort", abort);
        if (error) reject(error);
        else resolve(result!);
        settled();
      };
    });
  }

  get then() {
    return this.#result.then.bind(this.#result);
  }

  start(connection: Connection): void {
    if (this.#started) return;
    this.#started = true;
    loadSender().then(
      (sender) => {
        if (!this.#over) this.transfer = sender.send(this, lineOf(this, connection));
      },
      (error) => this.settle(error),
    );
  }

  cancel(): void {
    if (this.#over) return;
    const error = new LiveError(`The upload of ${this.name} was cancelled`, "UPLOAD_CANCELLED");
    if (this.transfer) this.transfer.cancel(error);
    else this.settle(error);
  }

  report(bytes: number): void {
    if (bytes === this.progress.bytesUploaded) return;
    this.#progressed(bytes);
    try {
      this.options.onProgress?.(this.progress);
    } catch (error) {
      console.error(error);
    }
  }

  #progressed(bytesUploaded: number): void {
    const totalBytes = this.file.size;
    this.progress = { bytesUploaded, totalBytes, percent: totalBytes ? Math.floor((bytesUploaded / totalBytes) * 100) : 100 };
  }
}

function lineOf({ component, name }: Upload, connection: Connection): Line {
  const label = `upload of ${name}`;
  const givingUp = (request: Request) => () => connection.requests.fail(request, new LiveError(label, "UPLOAD_CANCELLED"));
  return {
    get bufferedAmount() {
      return connection.bufferedAmount;
    },
    request: (message, settle) => givingUp(component.outgoing.request(message, { label, settle, patient: true })),
    now: (message, settle, bytes) => givingUp(component.outgoing.now(message, { label, settle }, bytes)),
    error: (text, code) => new LiveError(text, code),
  };
}
