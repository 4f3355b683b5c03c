// What `@liveside/component/testing` exports.

import type { Component, LiveError, MethodsOf, StateOf } from "./index.js";

type ClassOf<C extends Component> = new () => C;

export type TestUser = string | { id: string; roles?: string[]; permissions?: string[]; claims?: Record<string, unknown> };

export interface MountOptions<C extends Component = Component> {
  /** What the browser sets of the initial state. */
  props?: Partial<StateOf<C>> & Record<string, unknown>;
  /** The default room. */
  room?: string | null;
  /** Who is behind the events; an anonymous visitor by default. */
  user?: TestUser | null;
  /** What the browser calls its user. */
  label?: string | null;
  connection?: string;
  instance?: string;
  debugLabel?: string;
  config?: Record<string, string>;
  /** What the persistent map already has. */
  persistent?: Record<string, unknown>;
  /** The bytes of finished uploads. */
  uploads?: Record<string, Uint8Array>;
  /** The time on the clock. */
  now?: number;
  /** Answers HTTP requests; without it they are denied. */
  http?: ((request: WireRequest) => WireResponse) | null;
  /** Answers calls of rooms with logic of their own. A LiveError is what the logic refuses with. */
  roomLogic?: ((room: string, action: string, payload: any) => unknown) | null;
}

export interface WireRequest {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  body: Uint8Array | null;
  timeoutMs: number | null;
}

export interface WireResponse {
  status: number;
  headers: { name: string; value: string }[];
  body: Uint8Array;
}

/** Something that goes out when the event has ended. */
export type Effect =
  | { type: "join" | "leave"; room: string }
  | { type: "emit"; room: string; event: string; data: any }
  | { type: "roomState"; room: string; changes: any }
  | { type: "broadcast"; kind: string; data: any; exceptSender: boolean }
  | { type: "binary"; name: string; bytes: Uint8Array }
  | { type: "timer"; name: string; ms: number; repeats: boolean; payload?: any }
  | { type: "cancelTimer"; name: string };

type Result<C, K extends keyof C> = C[K] extends (...args: any[]) => infer R ? R : never;
type Payload<C, K extends keyof C> = C[K] extends (...args: infer A) => any ? A[0] : never;

/** A mounted component. Where a method of the component is async, what runs it gives a promise. */
export class Harness<C extends Component = Component> {
  /** What the daemon is told of the component before it runs. */
  readonly definition: Record<string, any>;
  /** The whole state, as the browser has it. */
  readonly state: StateOf<C>;
  /** The errors of hooks that no caller is told of. */
  readonly hookErrors: LiveError[];
  /** What the last event changed, as the browser is told. */
  delta(): Partial<StateOf<C>>;
  /** The keys of the state that the last event loaded. */
  loaded(): string[];
  /** What the last event asked for, in its order. */
  effects(): Effect[];
  logs(): { level: "trace" | "debug" | "info" | "warn" | "error"; message: string }[];
  private(key: string): any;
  persistent(key: string): any;
  /** Calls an action as a browser does. */
  call<K extends MethodsOf<C> & keyof C>(action: K, payload?: Payload<C, K>): Result<C, K>;
  setValue<K extends keyof StateOf<C> & string>(key: K, value: StateOf<C>[K]): void;
  roomEvent(room: string, event: string, data?: unknown): void | Promise<void>;
  roomEvents(events: { room: string; event: string; data?: unknown }[]): void | Promise<void>;
  timer(name: string, payload?: unknown): void | Promise<void>;
  /** Lets time pass. */
  advance(ms: number): void | Promise<void>;
  upload(upload: {
    id?: string;
    stage?: "start" | "progress" | "complete" | "failed";
    filename?: string;
    contentType?: string;
    size?: number;
    bytes?: number;
    url?: string;
    reason?: string;
  }): void | Promise<void>;
  roomJoin(room: string): void | Promise<void>;
  roomLeave(room: string): void | Promise<void>;
  clientJoin(connectionId: string, count: number): void | Promise<void>;
  clientLeave(connectionId: string, count: number): void | Promise<void>;
  memberJoin(instance: string, count: number): void | Promise<void>;
  memberLeave(instance: string, count: number): void | Promise<void>;
  rehydrate(fromVersion: string): void | Promise<void>;
  reload(fromVersion: string): void | Promise<void>;
  disconnect(): void | Promise<void>;
  destroy(): void | Promise<void>;
  signIn(user: TestUser): void;
  signOut(): void;
  speakFrom(connectionId: string): void;
  setRoomCount(room: string, count: number): void;
}

/** Mounts a component: access rule, defaults, props, `onConnect`, `onMount`. */
export function mount<C extends Component>(Class: ClassOf<C>, options?: MountOptions<C>): Harness<C>;

/** As `mount`, for components whose hooks are async. */
export function mountAsync<C extends Component>(Class: ClassOf<C>, options?: MountOptions<C>): Promise<Harness<C>>;

/** The state of another version after `static migrate`, with the defaults of new keys. */
export function migrate<C extends Component>(
  Class: ClassOf<C>,
  fromVersion: string,
  state: Record<string, unknown>,
): StateOf<C>;
