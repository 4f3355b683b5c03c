// `this.context`. Every call is answered at once; one that is refused throws a HostError.

export interface Context {
  /** The component's name. */
  readonly component: string;
  /** The id of the mount. */
  readonly instance: string;
  /** A copy of the state that a new mount starts with. */
  readonly initialState: Record<string, any>;
  /** Who is behind the event. */
  readonly session: Session;
  /** The room that the component was mounted with. */
  readonly room: Room | null;
  readonly rooms: Rooms;
  /** Data of this mount that no browser sees. It belongs to the event's transaction. */
  readonly private: KeyedData;
  /** One map for all mounts of the component. Writes are seen at once and stay. */
  readonly persistent: Persistent;
  readonly store: Store;
  readonly timers: Timers;
  readonly http: Http;
  readonly uploads: Uploads;
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** To the browsers of everybody in the default room. Gives how many it goes to. */
  broadcast(kind: string, data?: unknown): number;
  /** As `broadcast`, without the user behind the event. */
  broadcastToOthers(kind: string, data?: unknown): number;
  /** Sends bytes, or a text's UTF-8, to the component's browsers, beside the state. */
  pushBinary(name: string, bytes: Bytes): void;
}

export type Bytes = string | Uint8Array | ArrayBuffer | ArrayBufferView;

export interface Session {
  readonly connectionId: string | null;
  readonly authenticated: boolean;
  /** The identity that the daemon has verified. */
  readonly userId: string | null;
  readonly roles: string[];
  readonly permissions: string[];
  readonly claims: Record<string, any>;
  /** What the browser calls its user: anybody may claim it. */
  readonly label: string | null;
  hasRole(role: string): boolean;
  hasPermission(permission: string): boolean;
}

export interface Room {
  readonly name: string;
  join(): void;
  leave(): void;
  /** To every other member. Gives how many it goes to. */
  emit(event: string, data?: unknown): number;
  /** The state that the members share. */
  state(): Record<string, any>;
  setState(changes: Record<string, unknown>): void;
  members(): { instance: string; userId: string | null }[];
  count(): number;
  /** Calls an action of the room's own logic. */
  call<R = any>(action: string, payload?: unknown): R;
}

export interface Rooms {
  get(name: string): Room;
  join(name: string): void;
  leave(name: string): void;
}

export interface KeyedData {
  /** `undefined` if there is none. */
  get<T = any>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  delete(key: string): void;
}

export interface Persistent extends KeyedData {
  /** Changes a value so that no other mount's change is lost. `undefined` removes the key. */
  update<T = any>(key: string, change: (value: T | undefined) => T): T;
  compareAndSet(key: string, expected: unknown, value: unknown): boolean;
}

export interface Expiry {
  expiresAfterMs?: number | null;
}

export interface Store {
  get(key: string): Uint8Array | null;
  getText(key: string): string | null;
  set(key: string, value: Bytes, options?: Expiry): void;
  delete(key: string): void;
  scan(
    prefix?: string,
    options?: { limit?: number; after?: string | null },
  ): { entries: { key: string; value: Uint8Array }[]; more: boolean };
  compareAndSwap(key: string, expected: Bytes | null, value: Bytes | null, options?: Expiry): boolean;
  flush(): void;
}

export interface Timers {
  /** Gives the timer's id. */
  after(ms: number, name: string, payload?: unknown): number;
  every(ms: number, name: string, payload?: unknown): number;
  cancel(timer: number): void;
}

export interface Http {
  fetch(url: string | { toString(): string }, request?: HttpRequest): HttpResponse;
}

export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: Bytes;
  /** Sent as JSON. */
  json?: unknown;
  timeoutMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly ok: boolean;
  /** By names in lower case. */
  readonly headers: Record<string, string>;
  readonly bytes: Uint8Array;
  text(): string;
  json(): any;
}

export interface Uploads {
  /** Bytes from `offset` on; none are left where the list is empty. */
  read(upload: string, offset?: number, length?: number): Uint8Array;
  /** The whole file, piece by piece. */
  pieces(upload: string, length?: number): IterableIterator<Uint8Array>;
}

export interface Config {
  get(key: string): string | null;
  require(key: string): string;
}

export interface Log {
  trace(message: unknown): void;
  debug(message: unknown): void;
  info(message: unknown): void;
  warn(message: unknown): void;
  error(message: unknown): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds with fractions, from an arbitrary start. */
  monotonic(): number;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** From 0 up to, and without, 1. */
  number(): number;
  below(limit: number): number;
  uuid(): string;
}
