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

/**
 * The components by name, each with its `state` and `actions`. Empty here: an app adds its own, by hand or with the file
 * that `liveside types` writes, and `use("LiveCounter")` knows them from then on.
 *
 *     declare module "@liveside/client" {
 *       interface LiveComponents {
 *         LiveCounter: { state: { count: number }; actions: { increment(payload?: { by?: number }): Promise<number> } };
 *       }
 *     }
 */
export interface LiveComponents {}

/** The names in {@link LiveComponents}. */
export type ComponentName = keyof LiveComponents & string;

/** The state of a component by its name. */
export type StateOf<N extends string> = N extends ComponentName ? (LiveComponents[N] extends { state: infer S extends State } ? S : State) : State;

/** The actions of a component by its name. */
export type ActionsOf<N extends string> = N extends ComponentName ? (LiveComponents[N] extends { actions: infer A } ? A : Actions) : Actions;

/** How a component is mounted. */
export interface UseOptions<S = State> {
  /** Laid over the component's default state; the component decides which keys it takes. */
  props?: Record<string, unknown>;
  /** The component's default room: the server joins it before `on-mount` runs, with every mount. */
  room?: string;
  /** How long mount, calls and sets may take, in milliseconds. Default: 30,000. */
  timeout?: number;
  /**
   * Shown until the server has told the state: what a page was rendered with. Only shown: the mount does not have it.
   * Where the server tells the same, nothing changes and nobody is told.
   */
  initialState?: Readonly<Partial<S>> | undefined;
}

/** One mounted component. It mounts again by itself after a reconnect. */
export interface Handle<S extends State = State> {
  /**
   * The state as the page should show it: the server's, with sets and drafts under way laid over it. Read-only. Until it
   * is mounted it is `initialState`, or `{}`.
   */
  readonly state: Readonly<S>;
  /** The component is mounted on an open connection. */
  readonly $connected: boolean;
  /** The first mount, a call or a set is under way. */
  readonly $loading: boolean;
  /** How many calls are kept to be sent later, `{ queue: true }`. */
  readonly $pending: number;
  /** The keys that show what the server has not confirmed: what was set or typed. */
  readonly $unsaved: readonly string[];
  /** Who is signed in on the connection; null for nobody. */
  readonly $user: string | null;
  /** The last failure of a mount, call or set, or the last error that the component pushed. The next call or set clears it. */
  readonly $error: LiveError | null;

  /** Called with the state: at once if there is one, then after every change. */
  subscribe(listener: (state: Readonly<S>) => void): Stop;
  /** Called with one key's value: at once if there is a state, then after every change of that key. */
  subscribe<K extends keyof S & string>(key: K, listener: (value: S[K], previous: S[K] | undefined) => void): Stop;
  subscribe(key: "$connected" | "$loading", listener: (value: boolean) => void): Stop;
  subscribe(key: "$pending", listener: (value: number) => void): Stop;
  subscribe(key: "$unsaved", listener: (keys: readonly string[]) => void): Stop;
  subscribe(key: "$user", listener: (value: string | null) => void): Stop;
  subscribe(key: "$error", listener: (error: LiveError | null) => void): Stop;

  /**
   * Runs an action and resolves with its result. `counter.increment({ by: 2 })` is the same as
   * `counter.call("increment", { by: 2 })`; use `call` for an action whose name the handle itself has.
   * Before the component is mounted a call waits for it, within its time-out, or however long with `queue`.
   * What was typed into a field and is not sent yet goes first. Rejects with a {@link LiveError}.
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

  /** A room; without a name, the one that the component was mounted with. The same name gives the same object. */
  room<R extends State = State>(name?: string): Room<R>;

  /**
   * Called with what components, or the app itself, broadcast to a room: the room of this mount, or one that was asked
   * for by `room(name)`. What this component itself broadcasts is heard whatever its room, and what the app tells
   * everybody too.
   */
  onBroadcast(type: string, listener: (data: any, from: BroadcastSource) => void): Stop;

  /** Called with the bytes that the component pushes under a name. They are no part of its state. */
  onBinary(name: string, listener: (bytes: Uint8Array) => void): Stop;

  /**
   * Called each time that the component came back with its state, after a lost connection or a reload of the page. Not
   * called where it was mounted afresh.
   */
  onRehydrated(listener: (rehydration: Rehydration) => void): Stop;

  /**
   * Sends a file to the component, chunk by chunk; it is never read as a whole. Waits until the component is mounted,
   * and goes on where it was after a lost connection. Of one connection 4 files are sent beside one another, and more
   * wait for their turn. What sends them, `upload.js`, is loaded from beside the client script with the first.
   */
  upload(file: Blob, options?: UploadOptions): Upload;

  /**
   * Ends this component, and forgets its state. Calls that still wait are rejected with `UNMOUNTED`, uploads are
   * cancelled. Other handles on the same instance, a singleton, go on.
   */
  unmount(): void;
}

/** A handle together with its actions: `counter.increment({ by: 2 })`. */
export type Live<S extends State = State, A = Actions> = Handle<S> & Omit<A, keyof Handle<S>>;

export interface CallOptions {
  /** Instead of the component's own time-out, in milliseconds. */
  timeout?: number | undefined;
  /**
   * Safe to be sent later: while the component is not mounted the call is kept, up to 100 of them, and sent in order
   * once it is; its time-out runs from then. A call that was sent before the connection was lost is not sent again.
   * Beyond 100 it rejects with `LIMIT_EXCEEDED`; what is kept does not outlive the page.
   */
  queue?: boolean | undefined;
}

/** How a component came back. */
export interface Rehydration {
  /** True: it had stayed alive, and is as it was with its timers and rooms. False: its last signed state was given to a new one. */
  recovered: boolean;
}

export interface FieldOptions {
  /** When a draft is sent: some time after the last change (default), when the input loses focus, or only by `sync()`. */
  syncOn?: "change" | "blur" | "manual";
  /** How long to wait after the last change, in milliseconds. Default: 300. */
  debounce?: number;
}

/**
 * A room, as one component knows it. Events of rooms that the server has joined already, by `room` at mount or in the
 * component's own logic, are heard without `join`.
 *
 * Requests wait until the component is mounted, and reject with a {@link LiveError}.
 */
export interface Room<R extends State = State> {
  readonly name: string;
  /** The room's state since `join`, kept in step; `{}` before. Read-only. */
  readonly state: Readonly<R>;
  /**
   * Joins, and resolves with the room's state. A room that is not there yet begins with `initialState`. After a
   * reconnect it is joined again by itself; if that is refused, the handle's `$error` tells.
   */
  join(initialState?: R): Promise<Readonly<R>>;
  /** Leaves. Listeners stay, for the next `join`. Leaving a room that the component is not in does nothing. */
  leave(): Promise<void>;
  /** Sends an event to the members. Resolves with how many get it. The sender does not, unless `includeSelf`. */
  emit(event: string, data?: unknown, options?: EmitOptions & { ask?: true }): Promise<number>;
  /** Without `ask` it resolves at once, and is dropped while there is no connection: for what the next event makes good. */
  emit(event: string, data: unknown, options: EmitOptions & { ask: false }): Promise<undefined>;
  /** Lays keys over the room's state; `null` removes one. Shown once the server has it, to all members in the same order. */
  setState(changes: { [K in keyof R]?: R[K] | null }): Promise<void>;
  /** Called with the data of an event. */
  on(event: string, listener: (data: any) => void): Stop;
  /** Called with the state: at once if the room is joined, then after every change. */
  onState(listener: (state: Readonly<R>) => void): Stop;
  /** Called when a component joins or leaves, this one's own joining included. */
  onMembers(listener: (change: MemberChange) => void): Stop;
}

export interface EmitOptions {
  /** The sender gets it as well. */
  includeSelf?: boolean;
  /** Ask the server how many get it. Default: true. */
  ask?: boolean;
}

export interface MemberChange {
  event: "join" | "leave";
  /** Who. */
  componentId: string;
  /** How many members there are now. */
  count: number;
}

/** Where a broadcast comes from. */
export interface BroadcastSource {
  /** Who sent it; missing where it was the app itself. */
  componentId?: string | undefined;
  /** Missing where it went to everybody. */
  room?: string | undefined;
}

export interface UploadOptions {
  /** Called each time that the server has told how much it has. */
  onProgress?(progress: UploadProgress): void;
  /** How many bytes to send at a time, at first. Default: 65,536. The server may want fewer. */
  chunkSize?: number;
  /** Larger chunks while they are answered quickly, smaller ones where that takes long. Default: true. */
  adaptive?: boolean;
  /** What the file is called. Default: its own name, or `upload`. */
  filename?: string;
  /** Cancels the upload when it is aborted. */
  signal?: AbortSignal;
}

/**
 * A file on its way. Await it for the result. It rejects with a {@link LiveError}, whose code is the server's
 * (`UPLOAD_REJECTED`, `LIMIT_EXCEEDED`, …), or one of the client's own: `UPLOAD_CANCELLED`, `FILE_UNREADABLE`, and those
 * of calls.
 */
export interface Upload extends PromiseLike<UploadResult> {
  /** Its id on the wire. */
  readonly id: string;
  /** What the server has of it now. */
  readonly progress: UploadProgress;
  /**
   * Ends it. It rejects with `UPLOAD_CANCELLED`, also while it waits for its turn. Once the server has everything and
   * makes the file of it, that may be too late: then it resolves. Afterwards it does nothing.
   */
  cancel(): void;
}

export interface UploadProgress {
  readonly bytesUploaded: number;
  readonly totalBytes: number;
  /** A whole number up to 100, which only all of the file is. */
  readonly percent: number;
}

export interface UploadResult {
  /** Where the file is served, on the daemon's origin. */
  fileUrl: string;
  /** What it was called by who sent it. */
  filename: string;
  /** In bytes. */
  size: number;
  /** Of its content, in hex, where the server tells it. */
  sha256?: string | undefined;
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
   * `UNMOUNTED`, `COMPONENT_ERROR` (pushed by the component) and `REQUEST_FAILED` (the server gave no code);
   * of an upload also `UPLOAD_CANCELLED`, and `FILE_UNREADABLE` (the browser could not read the file).
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
  /** Its size: of text, in UTF-8. */
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

/** What proves who somebody is: `{ token }`, or whatever the server's providers take; `provider` names one of them. */
export type Credentials = Record<string, unknown>;

/** Credentials, or what gives them each time they are needed; nothing where nobody is to be signed in. */
export type CredentialsSource = Credentials | (() => Credentials | null | undefined | Promise<Credentials | null | undefined>);

export interface Connection {
  readonly url: string;
  readonly status: ConnectionStatus;
  /** Called at once and after every change. */
  onStatus(listener: (status: ConnectionStatus) => void): Stop;
  /** Who is signed in, by the server's word; null for nobody, and until it is known. */
  readonly user: string | null;
  /**
   * Called at once and after every change. Where signing in failed, or its time is over and could not be renewed, the
   * error tells why, with the code `AUTH_DENIED`.
   */
  onUser(listener: (user: string | null, error: LiveError | null) => void): Stop;
  /**
   * Signs in, now and with every further socket, until `signOut`. Opens the connection if need be. Components that were
   * refused for want of a user are mounted then. Rejects with the server's {@link LiveError}; who was signed in before
   * is so still.
   */
  auth(credentials: CredentialsSource): Promise<{ userId: string }>;
  /** Signs out, also who was signed in by a cookie, and forgets the states that were kept for a reload. */
  signOut(): Promise<void>;
  /** Called for every frame in either direction. Costs nothing while nobody listens. Credentials are left out. */
  onFrame(listener: (frame: Frame) => void): Stop;
  /** Closes the socket and stops reconnecting, until the next `open()`. The server does not wait for its components. */
  close(): void;
  /** Opens the socket now if it is not open. `use` does this by itself. */
  open(): void;
}

export interface Client {
  readonly connection: Connection;
  /** Mounts a component and gives its handle at once; `$connected` tells when it is there. */
  use<N extends ComponentName>(component: N, options?: UseOptions<StateOf<N>>): Live<StateOf<N>, ActionsOf<N>>;
  use<S extends State = State, A = Actions>(component: string, options?: UseOptions<NoInfer<S>>): Live<S, A>;
}

export interface LiveOptions {
  /** Default: `/api/live/ws` on the page's own origin. */
  url?: string;
  /**
   * `"msgpack"`: asks the server for MessagePack, which `msgpack.js`, beside the client script, is loaded for. Where
   * either of them cannot do it, it is JSON as before. Once asked for, it holds for every further socket of the URL.
   */
  encoding?: "json" | "msgpack";
  /**
   * Who signs in before anything is mounted, with every socket. A function is asked each time, and when the identity's
   * time is over. What is given first holds for the URL; `connection.auth` gives another.
   */
  auth?: CredentialsSource;
  /** `false`: the components of this client do not keep their state in the browser for a reload of the page. */
  storage?: boolean;
}

/** The client of one daemon. Every call with the same URL gives the same client, with one connection. */
export declare function live(options?: LiveOptions): Client;
export declare function live(url: string, options?: Omit<LiveOptions, "url">): Client;

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
    /** The component of this element came back with its state. Bubbles. */
    "liveside:rehydrated": CustomEvent<Rehydration>;
    /** An action called by an attribute of this element, or of one inside it, succeeded. Bubbles. */
    "liveside:result": CustomEvent<{ action: string; result: unknown }>;
    /** Such an action failed. Bubbles. */
    "liveside:error": CustomEvent<{ action: string; error: LiveError }>;
    /** A file that was chosen with this element, or dropped on it, is to be sent. Bubbles, as do the next three. */
    "liveside:upload-start": CustomEvent<{ file: File; upload: Upload }>;
    /** The server has more of it. */
    "liveside:upload-progress": CustomEvent<{ file: File; upload: Upload; progress: UploadProgress }>;
    /** The server has made a file of it. */
    "liveside:upload-complete": CustomEvent<{ file: File; upload: Upload; result: UploadResult }>;
    /** It was refused, cancelled or lost; without an `upload`, it is of a type that the element does not accept. */
    "liveside:upload-error": CustomEvent<{ file: File; upload?: Upload; error: LiveError }>;
  }
}
