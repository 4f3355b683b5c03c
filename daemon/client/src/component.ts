// One mounted component as this page sees it: its id, its state, its calls. The public face is handle.ts.

import type { BroadcastSource, CallOptions, Message, Rehydration, State, Stop, UploadOptions, UseOptions } from "./api.ts";
import { reconnectDelay } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { LiveError, errorOf } from "./errors.ts";
import { Layers, type PendingSet } from "./layers.ts";
import { Listeners, Topics } from "./listeners.ts";
import type { Mounts } from "./mounts.ts";
import { type Asking, Outgoing } from "./outgoing.ts";
import { Room } from "./room.ts";
import { type Signed, SignedState, purposeOf } from "./signed.ts";
import type { Upload } from "./uploads.ts";
import { bytesOf, copyOf } from "./wire.ts";

const TIMEOUT_MS = 30_000;

/** What the replies to a mount and to a rehydration tell. */
interface Mounted {
  componentId: string;
  initialState: State;
  newComponentId?: string;
  state?: State;
  signedState?: Signed;
  /** Of a rehydration: the living component was given back, with its rooms and timers. */
  recovered?: boolean;
}

/** The request did not reach the server, or nobody knows whether it did. */
const isLost = (error: LiveError | null) => error?.code === "NOT_CONNECTED" || error?.code === "CONNECTION_LOST";

export class Component {
  readonly name: string;
  readonly layers = new Layers();
  readonly outgoing: Outgoing;
  /** The rooms that the page has asked for. */
  readonly rooms = new Map<string, Room>();
  readonly broadcasts = new Topics<[data: unknown, from: BroadcastSource]>();
  readonly binaries = new Topics<[Uint8Array]>();
  readonly rehydrations = new Listeners<[Rehydration]>();
  readonly signed: SignedState;
  /** The server's id, while mounted. */
  id: string | undefined;
  error: LiveError | null = null;
  /** There is a state to show: the server's, or the one that it was given to begin with. It stays while the connection is lost. */
  hasState = false;

  readonly #options: UseOptions;
  readonly #connection: Connection;
  readonly #mounts: Mounts;
  readonly #anyChange = new Listeners<[]>();
  readonly #keyChange = new Topics<[]>();
  #underWay = 0;
  #mounting = false;
  /** The server has told the state. */
  #told = false;
  /** Why the server did not mount it. It is tried again with the next connection. */
  #refused: LiveError | undefined;
  #ended = false;

  constructor(name: string, options: UseOptions, connection: Connection, mounts: Mounts, stored: boolean) {
    this.name = name;
    this.signed = new SignedState(stored ? purposeOf(mounts.site, name, options) : undefined);
    this.#options = options;
    this.#connection = connection;
    this.#mounts = mounts;
    if (options.initialState) {
      this.layers.replace(copyOf(options.initialState));
      this.hasState = true;
    }
    const target = (action?: string) => (this.connected ? this.id : this.#ended ? this.#unmountedError(action) : this.#refused);
    this.outgoing = new Outgoing(connection, options.timeout ?? TIMEOUT_MS, target);
  }

  get connected(): boolean {
    return this.id !== undefined && this.#connection.status === "open";
  }

  get loading(): boolean {
    return this.#underWay > 0 || !(this.#told || this.#refused || this.#ended);
  }

  get refused(): LiveError | undefined {
    return this.#refused;
  }

  /** What is shown for a key; keys beginning with `$` are the handle's own. */
  read(key: string): unknown {
    if (key === "$connected") return this.connected;
    if (key === "$loading") return this.loading;
    if (key === "$error") return this.error;
    if (key === "$pending") return this.outgoing.queued;
    if (key === "$unsaved") return this.layers.unsaved;
    if (key === "$user") return this.#connection.user;
    return this.layers.view[key];
  }

  /** Tells when a key's shown value changed. Without a key: any of the state. */
  watch(key: string | undefined, listener: () => void): Stop {
    return key === undefined ? this.#anyChange.add(listener) : this.#keyChange.add(key, listener);
  }

  /** The connection is there: the first mount, or another after it was lost. */
  mount(): void {
    const { ready } = this.signed;
    if (this.#mounting || this.connected || this.#ended || !this.#connection.ready) return;
    if (ready) return void ready.then(() => this.mount());
    const signed = this.signed.value;
    if (signed) this.#rehydrate(signed);
    else this.#mountAfresh();
  }

  #rehydrate(signed: Signed): void {
    const payload = { component: this.name, signedState: signed, room: this.#options.room };
    const message = { type: "COMPONENT_REHYDRATE", componentId: signed.componentId, payload };
    this.#enter(message, `rehydrate ${this.name}`, (error) => {
      // It may be good once somebody has signed in. Until then, or for whom it is not meant, it is as if there were none.
      if (error.code !== "AUTH_DENIED") this.signed.keep(undefined);
      if (!this.#ended) this.#mountAfresh();
    });
  }

  #mountAfresh(): void {
    const { props, room } = this.#options;
    const message = { type: "COMPONENT_MOUNT", payload: { component: this.name, props, room }, expectResponse: true };
    this.#enter(message, `mount ${this.name}`, (error) => this.#mountRefused(error));
  }

  #enter(message: Message, label: string, refused: (error: LiveError) => void): void {
    this.#mounting = true;
    this.#refused = undefined;
    this.outgoing.mount(message, label, (error, reply) => {
      this.#mounting = false;
      if (!error) this.#mounted(reply.result);
      // A page with many components asks for all of them at once, which may be more than the server takes at once.
      else if (error.code === "RATE_LIMITED") setTimeout(() => this.mount(), reconnectDelay(1));
      else if (error.code !== "CONNECTION_LOST") refused(error);
      this.#mounts.settled();
    });
  }

  get mounting(): boolean {
    return this.#mounting;
  }

  /** The last state stays on the page until the next mount brings a new one. */
  connectionLost(): void {
    this.id = undefined;
    this.outgoing.pause();
    this.#changed(["$connected"]);
  }

  userChanged(): void {
    this.#changed(["$user"]);
  }

  receive(message: Message): void {
    const { type, componentId, payload, room } = message;
    if (type === "STATE_DELTA" && payload?.delta) this.#changed(this.layers.merge(payload.delta));
    else if ((type === "STATE_UPDATE" || type === "STATE_REHYDRATED") && payload?.state) {
      if (payload.signedState) this.signed.keep(payload.signedState);
      this.#changed(this.layers.replace(payload.state));
    } else if (type === "ERROR") this.fail(errorOf(message, "COMPONENT_ERROR"));
    else if (type === "COMPONENT_UNMOUNTED") this.#endedByServer(message);
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

  call(action: string, payload?: unknown, { timeout, queue }: CallOptions = {}): Promise<unknown> {
    // No action overtakes what was typed before it.
    this.sendDrafts();
    const message = { type: "CALL_ACTION", action, payload, expectResponse: true };
    const label = `${this.name}.${action}`;
    return this.#request(message, { label, action, timeout, patient: queue }).then((reply) => reply.result);
  }

  set(key: string, value: unknown): Promise<void> {
    return this.#set({ key, value });
  }

  draft(key: string, value: unknown, manual: boolean): void {
    this.#changed(this.layers.draft(key, value, manual));
  }

  revert(key: string): void {
    this.#changed(this.layers.revert(key));
  }

  /** Sends one key's draft, if it has one. */
  sync(key: string, patient = false): Promise<void> {
    const set = this.layers.takeDraft(key);
    return set ? this.#set(set, patient) : Promise.resolve();
  }

  /** Sends drafts where nobody waits for the answer, however late; a refusal shows as `$error`. */
  sendDrafts(): void {
    for (const key of this.layers.drafts(false)) this.sync(key, true).catch(() => {});
  }

  upload(file: Blob, options: UploadOptions = {}): Upload {
    return this.#mounts.uploads.add(this, file, options);
  }

  unmount(): void {
    if (this.#ended) return;
    this.sendDrafts();
    this.#mounts.uploads.cancelAll(this);
    const id = this.id;
    this.#ended = true;
    this.id = undefined;
    this.signed.end();
    this.#mounts.leave(this, id);
    this.outgoing.failWaiting(this.#unmountedError());
    this.#changed(["$connected", "$loading"]);
  }

  #mounted({ componentId, newComponentId: id = componentId, initialState, state = initialState, signedState, recovered }: Mounted): void {
    if (this.#ended) return this.#mounts.leave(this, id);
    const first = !this.hasState;
    this.id = id;
    this.hasState = this.#told = true;
    this.error = null;
    this.signed.keep(signedState);
    const changed = this.layers.replace(state);
    // First of all the rooms: what comes after may be for one of them. Then what has waited, before anybody is told who
    // might ask for more; and what was typed since.
    for (const joined of this.rooms.values()) joined.rejoin(recovered);
    this.outgoing.flush(id);
    this.sendDrafts();
    this.#mounts.join(this, id);
    // The first time everybody is told, also who watches a key that the state does not have.
    if (first) this.#changed(this.#keyChange.names, true);
    else this.#changed([...changed, "$connected", "$loading", "$error", "$pending"]);
    if (recovered !== undefined) this.rehydrations.emit({ recovered });
  }

  #mountRefused(error: LiveError): void {
    this.#refused = error;
    this.fail(error);
    // Who signs in gets what was to be sent later.
    this.outgoing.failWaiting(error, error.code === "AUTH_DENIED");
    this.#changed(["$loading"]);
  }

  #endedByServer(message: Message): void {
    const { code } = message;
    this.id = undefined;
    this.outgoing.pause();
    this.#changed(["$connected"]);
    if (code !== "AUTH_DENIED") this.signed.keep(undefined);
    // Somebody else, with a copy of the state, goes on with it.
    if (code === "REPLAYED") this.mount();
    else this.#mountRefused(errorOf(message, "UNMOUNTED"));
  }

  #set(set: PendingSet, patient?: boolean): Promise<void> {
    const { key, value } = set;
    this.#changed(this.layers.add(set));
    const message = { type: "PROPERTY_UPDATE", property: key, payload: { value } };
    const settled = (error: LiveError | null) => {
      // What somebody typed is not taken back because of that: it is sent with the next mount.
      const again = set.typed !== undefined && isLost(error);
      this.#changed(again ? this.layers.giveBack(set) : this.layers.remove(set));
      return again ? null : error;
    };
    return this.#request(message, { label: `set ${this.name}.${key}`, patient }, settled).then(() => undefined);
  }

  /** A request that shows as `$loading`, and its failure as `$error`: what `settled` gives. */
  #request(message: Message, asking: Omit<Asking, "settle">, settled = (error: LiveError | null) => error): Promise<Message> {
    return new Promise((resolve, reject) => {
      // Nothing is under way while it waits to be sent some time.
      const shown = !asking.patient || this.connected ? 1 : 0;
      this.error = null;
      this.#underWay += shown;
      const settle: Asking["settle"] = (error, reply) => {
        this.#underWay -= shown;
        this.error = settled(error) ?? this.error;
        if (error) reject(error);
        else resolve(reply);
        this.#changed(["$loading", "$error", "$pending"]);
      };
      this.outgoing.request(message, { ...asking, settle });
      this.#changed(["$loading", "$error", "$pending"]);
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
