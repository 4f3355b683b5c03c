// One mounted component as this page sees it: its id, its state, its calls. The public face is handle.ts.

import type { BroadcastSource, Message, State, Stop, UseOptions } from "./api.ts";
import { reconnectDelay } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { LiveError, errorOf } from "./errors.ts";
import { Layers, type PendingSet } from "./layers.ts";
import { Listeners, Topics } from "./listeners.ts";
import type { Mounts } from "./mounts.ts";
import { Outgoing } from "./outgoing.ts";
import type { Settle } from "./requests.ts";
import { Room } from "./room.ts";
import { bytesOf } from "./wire.ts";

const TIMEOUT_MS = 30_000;

export class Component {
  readonly name: string;
  readonly layers = new Layers();
  readonly outgoing: Outgoing;
  /** The rooms that the page has asked for. */
  readonly rooms = new Map<string, Room>();
  readonly broadcasts = new Topics<[data: unknown, from: BroadcastSource]>();
  readonly binaries = new Topics<[Uint8Array]>();
  /** The server's id, while mounted. */
  id: string | undefined;
  error: LiveError | null = null;
  /** There is a state to show. Once mounted it stays, also while the connection is lost. */
  hasState = false;

  readonly #options: UseOptions;
  readonly #connection: Connection;
  readonly #mounts: Mounts;
  readonly #anyChange = new Listeners<[]>();
  readonly #keyChange = new Topics<[]>();
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
    const target = (action?: string) => (this.connected ? this.id : this.#ended ? this.#unmountedError(action) : this.#refused);
    this.outgoing = new Outgoing(connection, options.timeout ?? TIMEOUT_MS, target);
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
    return key === undefined ? this.#anyChange.add(listener) : this.#keyChange.add(key, listener);
  }

  /** The connection is there: the first mount, or another after it was lost. */
  mount(): void {
    if (this.#mounting || this.connected || this.#ended || this.#connection.status !== "open") return;
    this.#mounting = true;
    this.#refused = undefined;
    const { props, room } = this.#options;
    const message = { type: "COMPONENT_MOUNT", payload: { component: this.name, props, room }, expectResponse: true };
    this.outgoing.mount(message, `mount ${this.name}`, (error, reply) => {
      this.#mounting = false;
      if (!error) this.#mounted(reply.result);
      // A page with many components asks for all of them at once, which may be more than the server takes at once.
      else if (error.code === "RATE_LIMITED") setTimeout(() => this.mount(), reconnectDelay(1));
      else if (error.code !== "CONNECTION_LOST") this.#mountRefused(error);
      this.#mounts.settled();
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
    const { type, componentId, payload, room } = message;
    if (type === "STATE_DELTA" && payload?.delta) this.#changed(this.layers.merge(payload.delta));
    else if (type === "STATE_UPDATE" && payload?.state) this.#changed(this.layers.replace(payload.state));
    else if (type === "ERROR") this.fail(errorOf(message, "COMPONENT_ERROR"));
    else if (type === "STATE_BINARY") this.binaries.emit(message.name, bytesOf(message.data));
    else if (type === "BROADCAST") {
      // Addressed to a room, or to everybody; `componentId` is who sent it, if that was a component.
      const mine = componentId !== undefined && componentId === this.id;
      const heard = room === undefined || mine || room === this.#options.room || this.rooms.has(room);
      if (heard) this.broadcasts.emit(payload.type, payload.data, { componentId, room });
    } else this.rooms.get(message.roomId)?.receive(message);
  }

  room(name = this.#options.room): Room {
    if (name === undefined) throw new Error(`${this.name} was mounted without a room: give the name of one`);
    let room = this.rooms.get(name);
    if (!room) this.rooms.set(name, (room = new Room(name, this)));
    return room;
  }

  /** Another handle of this page, on the same instance, has joined this room. */
  isShared(room: string): boolean {
    return this.#mounts.others(this).some((other) => other.rooms.get(room)?.wanted);
  }

  /** Sends a message that nobody answers, if it can be sent now. */
  tell(message: Message): void {
    if (this.connected) this.#connection.send({ ...message, componentId: this.id! });
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
    this.outgoing.failWaiting(this.#unmountedError());
    this.#changed(["$connected", "$loading"]);
  }

  #mounted(result: { componentId: string; initialState: State }): void {
    if (this.#ended) return this.#mounts.leave(this, result.componentId);
    const first = !this.hasState;
    this.id = result.componentId;
    this.hasState = true;
    this.error = null;
    const changed = this.layers.replace(result.initialState);
    // First of all the rooms: what comes after may be for one of them.
    for (const joined of this.rooms.values()) joined.rejoin();
    this.#mounts.join(this, result.componentId);
    // The first time everybody is told, also who watches a key that the state does not have.
    if (first) this.#changed(this.#keyChange.names, true);
    else this.#changed([...changed, "$connected", "$error"]);
    this.outgoing.flush(result.componentId);
  }

  #mountRefused(error: LiveError): void {
    this.#refused = error;
    this.fail(error);
    this.outgoing.failWaiting(error);
    this.#changed(["$loading"]);
  }

  /** A request that shows as `$loading`, and its failure as `$error`. */
  #request(message: Message, label: string, action?: string, timeout?: number, settled?: () => void): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.error = null;
      this.#underWay++;
      const settle: Settle = (error, reply) => {
        this.#underWay--;
        settled?.();
        if (error) {
          this.error = error;
          reject(error);
        } else resolve(reply);
        this.#changed(["$loading", "$error"]);
      };
      this.outgoing.request(message, label, settle, action, timeout);
      this.#changed(["$loading", "$error"]);
    });
  }

  #unmountedError(action?: string): LiveError {
    return new LiveError(`${this.name} is unmounted`, "UNMOUNTED", action);
  }

  /** A failure that no promise tells. */
  fail(error: LiveError): void {
    this.error = error;
    this.#changed(["$error"]);
  }

  #changed(keys: string[], state = keys.some((key) => key[0] !== "$")): void {
    for (const key of keys) this.#keyChange.emit(key);
    if (state) this.#anyChange.emit();
  }
}
