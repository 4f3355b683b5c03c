// The requests of one component: sent at once while it is mounted, kept in the order asked until then.

import type { Message } from "./api.ts";
import type { Connection } from "./connection.ts";
import { LiveError } from "./errors.ts";
import type { Request, Settle } from "./requests.ts";
import { copyOf } from "./wire.ts";

/** How many calls are kept to be sent later. */
const MAX_QUEUED = 100;

/** What has waited goes out in portions that stay below the server's rate limit. */
const PORTION = 40;
const PORTION_MS = 1_000;

/** Where messages go: the component's id, nothing while it is not mounted, an error if it will not be. */
export type Target = (action: string | undefined) => string | LiveError | undefined;

export interface Asking {
  label: string;
  settle: Settle;
  action?: string | undefined;
  /** In milliseconds. Default: the component's. */
  timeout?: number | undefined;
  /** It may wait as long as it takes until the component is mounted. */
  patient?: boolean | undefined;
}

/** A message that waits for the mount, with the request that its reply will settle. */
interface Waiting {
  request: Request;
  message: Message;
  /** A call that the page wants to have made, however late. */
  queued: boolean;
}

export class Outgoing {
  readonly #connection: Connection;
  readonly #timeout: number;
  readonly #target: Target;
  #waiting: Waiting[] = [];
  /** While there is more to come of what has waited. */
  #portions: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, timeout: number, target: Target) {
    this.#connection = connection;
    this.#timeout = timeout;
    this.#target = target;
  }

  /** How many calls are kept to be sent later. */
  get queued(): number {
    return this.#waiting.filter(({ queued }) => queued).length;
  }

  request(message: Message, { label, settle, action, timeout = this.#timeout, patient = false }: Asking): Request {
    const { requests } = this.#connection;
    const request = requests.add(label, action, timeout, settle, patient);
    const target = this.#target(action);
    const queued = patient && action !== undefined;
    try {
      if (target instanceof Error) requests.fail(request, target);
      else if (target && !this.#portions) this.#post(request, { ...message, componentId: target });
      else if (queued && this.queued >= MAX_QUEUED) {
        requests.fail(request, new LiveError(`${label}: ${MAX_QUEUED} calls wait to be sent already`, "LIMIT_EXCEEDED", action));
      }
      // A copy: the caller may change the payload before it is sent.
      else this.#waiting.push({ request, message: copyOf(message), queued });
    } catch (error) {
      // What JSON cannot hold, a cycle for example.
      requests.fail(request, new LiveError((error as Error).message, "INVALID_PAYLOAD", action));
    }
    return request;
  }

  /** For what belongs to this connection and to no later one: sent now, past what waits, or not at all. */
  now(message: Message, { label, settle }: Asking, bytes?: Uint8Array): Request {
    const { requests } = this.#connection;
    const request = requests.add(label, undefined, this.#timeout, settle);
    const target = this.#target(undefined);
    // A chunk names its upload, and nothing else.
    if (typeof target === "string") this.#post(request, bytes ? message : { ...message, componentId: target }, bytes);
    else requests.fail(request, new LiveError(`${label}: not connected`, "CONNECTION_LOST"));
    return request;
  }

  /** The mount itself, for which nothing has to wait. It goes by a name of the client's own unless it has one. */
  mount(message: Message, label: string, settle: Settle): void {
    const request = this.#connection.requests.add(label, undefined, this.#timeout, settle);
    this.#post(request, { componentId: request.id, ...message });
  }

  /** Sends what has waited. */
  flush(componentId: string): void {
    this.pause();
    this.#waiting = this.#waiting.filter(({ request }) => request.open);
    for (const { request, message } of this.#waiting.splice(0, PORTION)) this.#post(request, { ...message, componentId });
    if (this.#waiting.length > 0) this.#portions = setTimeout(() => this.flush(componentId), PORTION_MS);
  }

  /** The component is not mounted any more: what waits goes on waiting. */
  pause(): void {
    clearTimeout(this.#portions);
    this.#portions = undefined;
  }

  /** Rejects what waits; with `spareQueued`, not what is kept to be sent later. */
  failWaiting(error: LiveError, spareQueued = false): void {
    this.pause();
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ queued }) => spareQueued && queued);
    for (const { request, queued } of waiting) if (!(spareQueued && queued)) this.#connection.requests.fail(request, error);
  }

  #post(request: Request, message: Message, bytes?: Uint8Array): void {
    if (!request.open) return;
    this.#connection.requests.sending(request);
    this.#connection.send({ ...message, requestId: request.id }, bytes);
  }
}
