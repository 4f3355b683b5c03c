// The requests of one component: sent at once while it is mounted, kept in the order asked until then.

import type { Message } from "./api.ts";
import type { Connection } from "./connection.ts";
import { LiveError } from "./errors.ts";
import type { Request, Settle } from "./requests.ts";
import { copyOf } from "./wire.ts";

/** Where messages go: the component's id, nothing while it is not mounted, an error if it will not be. */
export type Target = (action: string | undefined) => string | LiveError | undefined;

/** A message that waits for the mount, with the request that its reply will settle. */
interface Waiting {
  request: Request;
  message: Message;
}

export class Outgoing {
  readonly #connection: Connection;
  readonly #timeout: number;
  readonly #target: Target;
  #waiting: Waiting[] = [];

  constructor(connection: Connection, timeout: number, target: Target) {
    this.#connection = connection;
    this.#timeout = timeout;
    this.#target = target;
  }

  request(message: Message, label: string, settle: Settle, action?: string, timeout = this.#timeout): void {
    const request = this.#connection.requests.add(label, action, timeout, settle);
    const target = this.#target(action);
    try {
      if (typeof target === "string") this.#post(request, { ...message, componentId: target });
      else if (target) this.#connection.requests.fail(request, target);
      // A copy: the caller may change the payload before it is sent.
      else this.#waiting.push({ request, message: copyOf(message) });
    } catch (error) {
      // What JSON cannot hold, a cycle for example.
      this.#connection.requests.fail(request, new LiveError((error as Error).message, "INVALID_PAYLOAD", action));
    }
  }

  /** The mount itself, for which nothing has to wait. It goes by a name of the client's own. */
  mount(message: Message, label: string, settle: Settle): void {
    const request = this.#connection.requests.add(label, undefined, this.#timeout, settle);
    this.#post(request, { ...message, componentId: request.id });
  }

  /** Sends what has waited. */
  flush(componentId: string): void {
    for (const { request, message } of this.#takeWaiting()) this.#post(request, { ...message, componentId });
  }

  failWaiting(error: LiveError): void {
    for (const { request } of this.#takeWaiting()) this.#connection.requests.fail(request, error);
  }

  #takeWaiting(): Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #post(request: Request, message: Message): void {
    if (!request.open) return;
    request.sent = true;
    this.#connection.send({ ...message, requestId: request.id });
  }
}
