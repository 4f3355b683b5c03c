// A component that all of a page shares who ask for the same: one mount on the server, however many use it.

import { type Actions, type Client, type Connection, type Live, LiveError, type State, type Stop, type UseOptions } from "@liveside/client";
import { type ActionCalls, actionsOf } from "./actions.ts";
import { isServer } from "./inert.ts";
import { noteRefusal } from "./refused.ts";
import { Store } from "./store.ts";

/** One that was asked for, and that nobody came to use once it was there, is ended: a view that was given up. */
const UNUSED_MS = 10_000;

export interface ShareOptions<S = State> extends UseOptions<S> {
  /** Who asks with the same name, props, room and key has the same component; another key makes another. */
  key?: string | number | undefined;
}

/**
 * `mounting`: the server has not told its state yet. `live`: mounted on an open connection. `offline`: what is shown is
 * the last that was known. `error`: the server does not mount it, and `error` says why.
 */
export type ComponentStatus = "mounting" | "live" | "offline" | "error";

/** All that there is to show of a component. */
export interface ComponentShown<S extends State = State, A = Actions> {
  /** With what is under way laid over it; `initialState`, or `{}`, until it is mounted. */
  readonly state: Readonly<S>;
  /** There is a state to show. */
  readonly hasState: boolean;
  readonly status: ComponentStatus;
  /** A mount, a call or a set is under way. */
  readonly loading: boolean;
  /** The last failure, until the next call or set. */
  readonly error: LiveError | null;
  /** How much the server has not confirmed: keys that were set or typed, and calls that are kept to be sent later. */
  readonly pending: number;
  /** Those keys. */
  readonly unsaved: readonly string[];
  readonly user: string | null;
  readonly actions: ActionCalls<A>;
  readonly handle: Live<S, A>;
}

const FOLLOWED = ["$connected", "$loading", "$error", "$pending", "$user", "$unsaved"] as const;

const byConnection = new WeakMap<Connection, Map<string, ComponentStore<any, any>>>();

/** The component for these options: the same object as long as somebody uses it. It is mounted at once. */
export function componentStore<S extends State = State, A = Actions>(
  client: Client,
  name: string,
  options: ShareOptions<S> = {},
): ComponentStore<S, A> {
  // A server renders for many, and nothing of it may stay.
  if (isServer()) return new ComponentStore<S, A>(client, name, options, new Map(), "");
  let stores = byConnection.get(client.connection);
  if (!stores) byConnection.set(client.connection, (stores = new Map()));
  const { props = {}, room = null, key = null } = options;
  const id = JSON.stringify([name, room, props, key]);
  return stores.get(id) ?? new ComponentStore<S, A>(client, name, options, stores, id);
}

export class ComponentStore<S extends State = State, A = Actions> extends Store<ComponentShown<S, A>> {
  /** What a server renders, and a browser that takes over its page. */
  readonly initial: ComponentShown<S, A>;
  readonly #use: () => Live<S, A>;
  readonly #siblings: Map<string, ComponentStore<any, any>>;
  readonly #id: string;
  #handle!: Live<S, A>;
  #actions!: ActionCalls<A>;
  #stops: Stop[] | undefined;
  #hasState = false;
  #wasLive = false;
  #ready: Promise<Live<S, A>> | undefined;
  /** `#ready` was rejected. */
  #rejected = false;
  #settle: { resolve(handle: Live<S, A>): void; reject(error: unknown): void } | undefined;

  constructor(client: Client, name: string, options: ShareOptions<S>, siblings: Map<string, ComponentStore<any, any>>, id: string) {
    super();
    const { key: _, ...use } = options;
    this.#use = () => client.use<S, A>(name, use);
    this.#siblings = siblings;
    this.#id = id;
    this.#start();
    this.initial = { ...this.get(), user: null };
    this.#endUnlessUsed();
  }

  /** Resolves with the handle once there is a state, and rejects where the server refuses it. */
  get ready(): Promise<Live<S, A>> {
    if (!this.#ready) {
      this.#ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
      this.#ready.catch(() => {});
      this.#settleReady();
      // Nothing would ever settle it.
      if (isServer()) this.#settle?.reject(new LiveError("There is no initialState to render on a server", "NOT_CONNECTED"));
      this.#endUnlessUsed();
    }
    return this.#ready;
  }

  /** Mounts it anew. */
  retry(): void {
    this.#stop();
    this.#start();
    this.changed();
    this.#endUnlessUsed();
  }

  protected read(): ComponentShown<S, A> {
    const handle = this.#handle;
    const { state, $loading, $error, $pending, $user, $unsaved } = handle;
    return {
      state,
      hasState: this.#hasState,
      status: this.#status(),
      loading: $loading,
      error: $error,
      pending: $pending + $unsaved.length,
      unsaved: $unsaved,
      user: $user,
      actions: this.#actions,
      handle,
    };
  }

  protected begin(): void {
    if (this.#stops) return;
    this.#start();
    this.changed();
  }

  protected end(): void {
    // Who waits for it will use it then.
    if (this.#settle) return this.#endUnlessUsed();
    this.#stop();
    // Whoever still shows it, a view that is hidden for a while, begins it anew.
    if (this.#siblings.get(this.#id) === this) this.#siblings.delete(this.#id);
  }

  #status(): ComponentStatus {
    const { $connected, $loading, $error } = this.#handle;
    if ($connected) return "live";
    if (this.#wasLive) return "offline";
    return $error && !$loading ? "error" : "mounting";
  }

  #start(): void {
    const handle = this.#use();
    this.#handle = handle;
    this.#actions = actionsOf<A>(handle);
    this.#hasState = this.#wasLive = false;
    if (!isServer() && !this.#siblings.has(this.#id)) this.#siblings.set(this.#id, this);
    const stateChanged = () => {
      this.#hasState = true;
      this.#follow();
    };
    this.#stops = [handle.subscribe(stateChanged), ...FOLLOWED.map((key) => handle.subscribe(key as "$user", () => this.#follow()))];
  }

  #follow(): void {
    const { $connected, $error } = this.#handle;
    this.#wasLive ||= $connected;
    this.changed();
    if ($error && this.#status() === "error") noteRefusal($error, this);
    this.#settleReady();
  }

  #settleReady(): void {
    const settle = this.#settle;
    if (this.#hasState) {
      settle?.resolve(this.#handle);
      // One that was refused, and is there after all.
      if (this.#rejected) this.#ready = Promise.resolve(this.#handle);
      this.#rejected = false;
    } else if (this.#status() === "error") {
      settle?.reject(this.#handle.$error);
      this.#rejected ||= settle !== undefined;
    } else return;
    this.#settle = undefined;
  }

  #stop(): void {
    this.#stops?.forEach((stop) => stop());
    this.#stops = undefined;
    this.#ready = this.#settle = undefined;
    this.#rejected = false;
    this.#handle.unmount();
  }

  #endUnlessUsed(): void {
    if (!isServer() && !this.used) this.endAfter(UNUSED_MS);
  }
}
