/**
 * Liveside's browser client: everything that a page can import from `/live/client.js`.
 *
 *     import { live } from "/live/client.js";
 *
 *     const counter = live().use("LiveLocalCounter", { props: { count: 5 } });
 *     counter.subscribe("count", (count) => (output.textContent = count));
 *     await counter.increment({ by: 2 });
 */

/** A component's synced state: its top-level keys. */
export type State = Record<string, any>;

/** What a component offers to be called: anything. Name your own to have calls checked, `use<MyState, MyActions>(…)`. */
export type Actions = Record<string, any>;

/** Ends what it was given for: a subscription, a binding, a scan. Calling it twice is harmless. */
export type Stop = () => void;

/** How a component is mounted. */
export interface UseOptions {
  /** Laid over the component's default state; the component decides which keys it takes. */
  props?: Record<string, unknown>;
  /** The room that the component joins before its `on-mount` runs. */
  room?: string;
  /** How long mount, calls and sets may take, in milliseconds. Default: 30,000. */
  timeout?: number;
}

/** One mounted component. It mounts again by itself after a reconnect. */
export interface Handle<S extends State = State> {
  /** The state as the page should show it: the server's, with sets and drafts under way laid over it. Read-only; `{}` until mounted. */
  readonly state: Readonly<S>;
  /** The component is mounted on an open connection. */
  readonly $connected: boolean;
  /** The first mount, a call or a set is under way. */
  readonly $loading: boolean;
  /** The last failure of a mount, call or set, or the last error that the component pushed. The next call or set clears it. */
  readonly $error: LiveError | null;

  /** Called with the state: at once if there is one, then after every change. */
  subscribe(listener: (state: Readonly<S>) => void): Stop;
  /** Called with one key's value: at once if there is a state, then after every change of that key. */
  subscribe<K extends keyof S & string>(key: K, listener: (value: S[K], previous: S[K] | undefined) => void): Stop;
  subscribe(key: "$connected" | "$loading", listener: (value: boolean) => void): Stop;
  subscribe(key: "$error", listener: (error: LiveError | null) => void): Stop;

  /**
   * Runs an action and resolves with its result. `counter.increment({ by: 2 })` is the same as
   * `counter.call("increment", { by: 2 })`; use `call` for an action whose name the handle itself has.
   * Before the component is mounted a call waits for it, within its time-out. What was typed into a
   * field and is not sent yet goes first. Rejects with a {@link LiveError}.
   */
  call(action: string, payload?: unknown, options?: CallOptions): Promise<any>;

  /**
   * Sets one key. The page sees it at once; if the server refuses, it is taken back and the promise
   * rejects. The component must list `setValue` as public.
   */
  set<K extends keyof S & string>(key: K, value: S[K]): Promise<void>;

  /** Binds a key, or a path into one (`user.name`), to an input. */
  field(path: string, options?: FieldOptions): Field;

  /** Sends every field's draft, manual ones too. Rejects with the first refusal. */
  sync(): Promise<void>;

  /** Ends this component on the server. Calls that still wait are rejected with `UNMOUNTED`. */
  unmount(): void;
}

/** A handle together with its actions: `counter.increment({ by: 2 })`. */
export type Live<S extends State = State, A = Actions> = Handle<S> & Omit<A, keyof Handle<S>>;

export interface CallOptions {
  /** Instead of the component's own time-out, in milliseconds. */
  timeout?: number;
}

export interface FieldOptions {
  /** When a draft is sent: some time after the last change (default), when the input loses focus, or only by `sync()`. */
  syncOn?: "change" | "blur" | "manual";
  /** How long to wait after the last change, in milliseconds. Default: 300. */
  debounce?: number;
}

/** The two-way binding of one input. */
export interface Field {
  /** The draft if there is one, the server's value otherwise. */
  readonly value: any;
  /** There is a draft that was not sent yet. */
  readonly dirty: boolean;
  /** Takes a new draft; the page sees it at once. */
  change(value: unknown): void;
  /** Tells that the input lost focus. */
  blur(): void;
  /** Sends the draft now. Rejects if the server refuses it. */
  sync(): Promise<void>;
  /** Drops the draft. */
  revert(): void;
  /** Keeps an `<input>`, `<textarea>` or `<select>` in step with this field. */
  bind(input: Element): Stop;
}

/** Why a mount, call or set failed. */
export declare class LiveError extends Error {
  /**
   * For programs. Either a code of the protocol (`ACTION_FAILED`, `COMPONENT_CRASHED`, …), or one of the client's own:
   * `NOT_CONNECTED` (timed out before it could be sent: it did not run),
   * `REQUEST_TIMEOUT` (sent, no reply in time: it may have run),
   * `CONNECTION_LOST` (sent, the connection ended before the reply: it may have run),
   * `UNMOUNTED`, `COMPONENT_ERROR` (pushed by the component) and `REQUEST_FAILED` (the server gave no code).
   */
  readonly code: string;
  /** The action that failed, if it was one. */
  readonly action: string | undefined;
  constructor(message: string, code: string, action?: string);
}

/** `"reconnecting"`: it was lost, or could not be made, and is being tried again. */
export type ConnectionStatus = "connecting" | "open" | "reconnecting" | "closed";

/** One frame on the wire, for tools that show what happens. */
export interface Frame {
  direction: "in" | "out";
  /** Its messages: one, or those of a batch. */
  messages: Message[];
  /** Its size in UTF-8. */
  bytes: number;
  /** When it was sent or received, on the clock of `performance.now()`. */
  at: number;
}

/** A message of the protocol. */
export interface Message {
  type: string;
  componentId?: string;
  requestId?: string;
  [field: string]: any;
}

export interface Connection {
  readonly url: string;
  readonly status: ConnectionStatus;
  /** Called at once and after every change. */
  onStatus(listener: (status: ConnectionStatus) => void): Stop;
  /** Called for every frame in either direction. Costs nothing while nobody listens. */
  onFrame(listener: (frame: Frame) => void): Stop;
  /** Closes the socket and stops reconnecting, until the next `open()`. */
  close(): void;
  /** Opens the socket now if it is not open. `use` does this by itself. */
  open(): void;
}

export interface Client {
  readonly connection: Connection;
  /** Mounts a component and gives its handle at once; `$connected` tells when it is there. */
  use<S extends State = State, A = Actions>(component: string, options?: UseOptions): Live<S, A>;
}

/**
 * The client of one daemon. Every call with the same URL gives the same client, with one connection.
 * Default: `/api/live/ws` on the page's own origin.
 */
export declare function live(url?: string): Client;

/**
 * Brings the `live` attributes under a node to life, and those added to it later. Loading the script
 * does this for the document; call it yourself for a shadow root. Gives what ends it.
 */
export declare function start(root?: Document | ShadowRoot | Element): Stop;

/** The handle of the component that an element belongs to by its attributes, if there is one. */
export declare function handleOf(element: Element): Live | undefined;

/** What the classic script, `/live/client.global.js`, puts on `window.liveside`; `window.live` is its `live`. */
export interface Liveside {
  live: typeof live;
  start: typeof start;
  handleOf: typeof handleOf;
  LiveError: typeof LiveError;
}

declare global {
  interface Window {
    liveside: Liveside;
    live: typeof live;
  }
  interface DocumentEventMap {
    /** Development: a new version of a component took over. */
    "liveside:reload": CustomEvent<{ component: string; version: string }>;
  }
  interface HTMLElementEventMap {
    /** An action called by an attribute of this element, or of one inside it, succeeded. Bubbles. */
    "liveside:result": CustomEvent<{ action: string; result: unknown }>;
    /** Such an action failed. Bubbles. */
    "liveside:error": CustomEvent<{ action: string; error: LiveError }>;
  }
}
