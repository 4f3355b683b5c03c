// Requests under way and the replies that belong to them.
//
// A request's time runs from the moment somebody asks, not from the sending: it may wait for its
// component to be mounted. Only one that may be sent later has all the time until then. Whether it was
// sent is kept, because that is what an error must tell.

import type { Message } from "./api.ts";
import { LiveError, errorOf } from "./errors.ts";

/** Called exactly once, synchronously with what settles the request. */
export type Settle = (error: LiveError | null, reply: Message) => void;

export interface Request {
  readonly id: string;
  /** What it asks for, for error texts. */
  readonly label: string;
  /** The action, if it is a call of one. */
  readonly action: string | undefined;
  /** In milliseconds. */
  readonly timeout: number;
  sent: boolean;
  /** False once it is settled: a request that timed out in a queue must not be sent any more. */
  open: boolean;
}

const NO_REPLY: Message = { type: "" };

export class Requests {
  readonly #open = new Map<string, { request: Request; settle: Settle; timer?: ReturnType<typeof setTimeout> }>();
  #count = 0;

  /** With `patient`, its time begins with the sending. */
  add(label: string, action: string | undefined, timeout: number, settle: Settle, patient = false): Request {
    const request: Request = { id: `r${++this.#count}`, label, action, timeout, sent: false, open: true };
    this.#open.set(request.id, { request, settle });
    if (!patient) this.#time(request);
    return request;
  }

  /** It goes out now. */
  sending(request: Request): void {
    request.sent = true;
    this.#time(request);
  }

  /** Settles the request that a message answers. False if it answers none. */
  answer(message: Message): boolean {
    const entry = message.requestId === undefined ? undefined : this.#open.get(message.requestId);
    if (!entry) return false;
    const { request } = entry;
    const failed = message.success === false || message.type === "ERROR";
    this.#settle(request, failed ? errorOf(message, "REQUEST_FAILED", request.action) : null, message);
    return true;
  }

  fail(request: Request, error: LiveError): void {
    this.#settle(request, error, NO_REPLY);
  }

  /** The connection is gone: nobody will answer what was sent on it. What still waits goes on waiting. */
  connectionLost(): void {
    for (const { request } of [...this.#open.values()]) {
      if (!request.sent) continue;
      this.fail(request, new LiveError(`${request.label}: connection lost before the reply`, "CONNECTION_LOST", request.action));
    }
  }

  /** Starts its time, if that does not run yet. */
  #time(request: Request): void {
    const { label, action, timeout } = request;
    this.#open.get(request.id)!.timer ??= setTimeout(() => {
      const error = request.sent
        ? new LiveError(`${label}: no reply within ${timeout} ms`, "REQUEST_TIMEOUT", action)
        : new LiveError(`${label}: not connected within ${timeout} ms, so it was not sent`, "NOT_CONNECTED", action);
      this.fail(request, error);
    }, timeout);
  }

  #settle(request: Request, error: LiveError | null, reply: Message): void {
    const entry = this.#open.get(request.id);
    if (!entry) return;
    this.#open.delete(request.id);
    clearTimeout(entry.timer);
    request.open = false;
    entry.settle(error, reply);
  }
}
