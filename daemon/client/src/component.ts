// One mounted component as this page sees it: its id, its state, its calls. The public face is handle.ts.

import type { Message, State, Stop, UseOptions } from "./api.ts";
import { reconnectDelay } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { LiveError, errorOf } from "./errors.ts";
import { Layers, type PendingSet } from "./layers.ts";
import { Listeners } from "./listeners.ts";
import type { Mounts } from "./mounts.ts";
import type { Request } from "./requests.ts";

const TIMEOUT_MS = 30_000;

/** A message that waits for the mount, with the request that its reply will settle. */
interface Waiting {
  request: Request;
  message: Message;
}

export class Component {
  readonly name: string;
  readonly layers = new Layers();
  /** The server's id, while mounted. */
  id: string | undefined;
  error: LiveError | null = null;
  /** There is a state to show. Once mounted it stays, also while the connection is lost. */
  hasState = false;

  readonly #options: UseOptions;
  readonly #connection: Connection;
  readonly #mounts: Mounts;
  readonly #anyChange = new Listeners<[]>();
  readonly #keyChange = new Map<string, Listeners<[]>>();
  #waiting: Waiting[] = [];
  #underWay = 0;
  #mounting = false;
  /** Why the server did not mount it. It is tried again with the next connection. */
  #refused: LiveError | undefined;
  #ended = false;

  constructor(name: string, options: UseOptions, connection: Connection, mounts: Mounts) {
    this.name = name;
    this.#options = options;
    this.#connection = connection;
    this.#mounts = mounts;
  }

  get connected(): boolean {
    return this.id !== undefined && this.#connection.status === "open";
  }

  get loading(): boolean {
    return this.#underWay > 0 || !(this.hasState || this.#refused || this.#ended);
  }

  get refused(): boolean {
    return this.#refused !== undefined;
  }

  /** What is shown for a key; keys beginning with `$` are the handle's own. */
  read(key: string): unknown {
    if (key === "$connected") return this.connected;
    if (key === "$loading") return this.loading;
    if (key === "$error") return this.error;
    return this.layers.view[key];
  }

  /** Tells when a key's shown value changed. Without a key: any of the state. */
  watch(key: string | undefined, listener: () => void): Stop {
    if (key === undefined) return this.#anyChange.add(listener);
    let listeners = this.#keyChange.get(key);
    if (!listeners) this.#keyChange.set(key, (listeners = new Listeners()));
    return listeners.add(listener);
  }

  /** The connection is there: the first mount, or another after it was lost. */
  mount(): void {
    if (this.#mounting || this.connected || this.#ended || this.#connection.status !== "open") return;
    this.#mounting = true;
    this.#refused = undefined;
    const { props, room } = this.#options;
    const request = this.#connection.requests.add(`mount ${this.name}`, undefined, this.#timeout, (error, reply) => {
      this.#mounting = false;
      if (!error) this.#mounted(reply.result);
      // A page with many components asks for all of them at once, which may be more than the server takes at once.
      else if (error.code === "RATE_LIMITED") setTimeout(() => this.mount(), reconnectDelay(1));
      else if (error.code !== "CONNECTION_LOST") this.#mountRefused(error);
      this.#mounts.settled();
    });
    this.#post(request, {
      type: "COMPONENT_MOUNT",
      componentId: request.id,
      payload: { component: this.name, props, room },
      expectResponse: true,
    });
  }

  get mounting(): boolean {
    return this.#mounting;
  }

  /** The last state stays on the page until the next mount brings a new one. */
  connectionLost(): void {
    this.id = undefined;
    this.#changed(["$connected"]);
  }

  receive(message: Message): void {
    const { type, payload } = message;
    if (type === "STATE_DELTA" && payload?.delta) this.#changed(this.layers.merge(payload.delta));
    else if (type === "STATE_UPDATE" && payload?.state) this.#changed(this.layers.replace(payload.state));
    else if (type === "ERROR") this.#fail(errorOf(message, "COMPONENT_ERROR"));
  }

  call(action: string, payload?: unknown, timeout?: number): Promise<unknown> {
    // No action overtakes what was typed before it.
    this.sendDrafts();
    const message = { type: "CALL_ACTION", action, payload, expectResponse: true };
    return this.#request(message, `${this.name}.${action}`, action, timeout).then((reply) => reply.result);
  }

  set(key: string, value: unknown): Promise<void> {
    const set: PendingSet = { key, value };
    this.#changed(this.layers.add(set));
    const message = { type: "PROPERTY_UPDATE", property: key, payload: { value } };
    const settled = () => this.#changed(this.layers.remove(set));
    return this.#request(message, `set ${this.name}.${key}`, undefined, undefined, settled).then(() => undefined);
  }

  draft(key: string, value: unknown, manual: boolean): void {
    this.#changed(this.layers.draft(key, value, manual));
  }

  revert(key: string): void {
    this.#changed(this.layers.revert(key));
  }

  /** Sends one key's draft, if it has one. */
  sync(key: string): Promise<void> {
    return this.layers.drafts(true).includes(key) ? this.set(key, this.layers.takeDraft(key)) : Promise.resolve();
  }

  /** Sends drafts where nobody waits for the answer; a refusal shows as `$error`. */
  sendDrafts(): void {
    for (const key of this.layers.drafts(false)) this.sync(key).catch(() => {});
  }

  unmount(): void {
    if (this.#ended) return;
    this.sendDrafts();
    const id = this.id;
    this.#ended = true;
    this.id = undefined;
    this.#mounts.leave(this, id);
    this.#failWaiting(this.#unmountedError());
    this.#changed(["$connected", "$loading"]);
  }

  get #timeout(): number {
    return this.#options.timeout ?? TIMEOUT_MS;
  }

  #mounted(result: { componentId: string; initialState: State }): void {
    if (this.#ended) return this.#mounts.leave(this, result.componentId);
    const first = !this.hasState;
    this.id = result.componentId;
    this.hasState = true;
    this.error = null;
    const changed = this.layers.replace(result.initialState);
    this.#mounts.join(this, result.componentId);
    // The first time everybody is told, also who watches a key that the state does not have.
    if (first) this.#changed([...this.#keyChange.keys()], true);
    else this.#changed([...changed, "$connected", "$error"]);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { request, message } of waiting) this.#post(request, { ...message, componentId: this.id });
  }

  #mountRefused(error: LiveError): void {
    this.#refused = error;
    this.#fail(error);
    this.#failWaiting(error);
    this.#changed(["$loading"]);
  }

  #request(message: Message, label: string, action?: string, timeout = this.#timeout, settled?: () => void): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.error = null;
      this.#underWay++;
      const request = this.#connection.requests.add(label, action, timeout, (error, reply) => {
        this.#underWay--;
        settled?.();
        if (error) {
          this.error = error;
          reject(error);
        } else resolve(reply);
        this.#changed(["$loading", "$error"]);
      });
      const fail = (error: LiveError) => this.#connection.requests.fail(request, error);
      try {
        if (this.connected) this.#post(request, { ...message, componentId: this.id! });
        else if (this.#ended) fail(this.#unmountedError(action));
        else if (this.#refused) fail(this.#refused);
        // A copy: the caller may change the payload before it is sent.
        else this.#waiting.push({ request, message: JSON.parse(JSON.stringify(message)) });
      } catch (error) {
        // What JSON cannot hold, a cycle for example.
        fail(new LiveError(String(error), "INVALID_PAYLOAD", action));
      }
      this.#changed(["$loading", "$error"]);
    });
  }

  #post(request: Request, message: Message): void {
    if (!request.open) return;
    request.sent = true;
    this.#connection.send({ ...message, requestId: request.id });
  }

  #unmountedError(action?: string): LiveError {
    return new LiveError(`${this.name} is unmounted`, "UNMOUNTED", action);
  }

  #failWaiting(error: LiveError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { request } of waiting) this.#connection.requests.fail(request, error);
  }

  #fail(error: LiveError): void {
    this.error = error;
    this.#changed(["$error"]);
  }

  #changed(keys: string[], state = keys.some((key) => key[0] !== "$")): void {
    for (const key of keys) this.#keyChange.get(key)?.emit();
    if (state) this.#anyChange.emit();
  }
}
