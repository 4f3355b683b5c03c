// What `@liveside/component` exports. The README says more of each.

import type { Context } from "./context.js";
import type { ComponentOptions, ActionOptions, RoomEventHandler } from "./options.js";
import type { Call, Client, Member, Mount, RoomEvent, Timer, Upload } from "./events.js";

export type * from "./context.js";
export type * from "./options.js";
export type * from "./events.js";

/** A component, or the logic of rooms: its fields are the state, methods are actions and hooks. */
export abstract class Component {
  /** What the component says of itself. */
  static options?: ComponentOptions;
  /** The methods that browsers may call: names, or names with options. */
  static actions?: readonly string[] | Record<string, true | ActionOptions>;
  /** The methods that get what others emit in rooms, by event. */
  static roomEvents?: Record<string, RoomEventHandler | RoomEventHandler[]>;
  /** The methods that get timers, by the timer's name. */
  static timers?: Record<string, string>;
  /** Turns the state of another version into this one's: changes it, or gives a new one. */
  static migrate?(from: string, state: Record<string, any>): Record<string, any> | void;

  /** The daemon, as far as this event may use it. */
  get context(): Context;
}

// Every hook may be there, may take fewer arguments, and may be async. An error refuses what can be refused.
export interface Component {
  onConnect?(): void | Promise<void>;
  onMount?(mount: Mount): void | Promise<void>;
  /** The state came back from a browser that had kept it. */
  onRehydrate?(fromVersion: string): void | Promise<void>;
  /** Before every action. `false` or an error cancels it. */
  onAction?(action: string, payload: any): unknown;
  /** After an event that changed the state. */
  onStateChange?(keys: string[]): void | Promise<void>;
  onRoomJoin?(room: string): void | Promise<void>;
  onRoomLeave?(room: string): void | Promise<void>;
  onUpload?(upload: Upload): void | Promise<void>;
  /** Of singletons. */
  onClientJoin?(client: Client): void | Promise<void>;
  onClientLeave?(client: Client): void | Promise<void>;
  /** New code has taken over. */
  onReload?(fromVersion: string): void | Promise<void>;
  /** The timers that no method of their own is named for. */
  onTimer?(timer: Timer): void | Promise<void>;
  onDisconnect?(): void | Promise<void>;
  onDestroy?(): void | Promise<void>;
  /** Of rooms. An error refuses the member. */
  onMemberJoin?(member: Member): void | Promise<void>;
  onMemberLeave?(member: Member): void | Promise<void>;
  onEmpty?(): void | Promise<void>;
}

/** An error that the author means: its message is a sentence for the user, what was changed before stays. */
export class LiveError extends Error {
  constructor(message: string, code?: FailureCode);
  readonly code: FailureCode;
  /** This user may not. */
  static denied(message: string): LiveError;
  /** The payload is not what the action takes. */
  static invalidPayload(message: string): LiveError;
}

export type FailureCode = "failed" | "invalid-payload" | "denied" | "limit" | "not-callable";

/** Why the daemon refused a call of the context. */
export class HostError extends Error {
  readonly code: HostErrorCode;
}

export type HostErrorCode = "not-available" | "denied" | "invalid" | "limit" | "timeout" | "failed";

type Method = (this: any, ...args: any[]) => unknown;

/** Lets browsers call the method. */
export function action(method: Method, context: ClassMethodDecoratorContext): void;
export function action(options?: ActionOptions): (method: Method, context: ClassMethodDecoratorContext) => void;

/** Gives the method what others emit; without `room`, in the default room of the mount. */
export function roomEvent(
  event: string,
  options?: { room?: string },
): (method: (this: any, data: any, event: RoomEvent) => unknown, context: ClassMethodDecoratorContext) => void;

/** Gives the method the timers of this name. */
export function timer(
  name: string,
): (method: (this: any, payload: any, timer: Timer) => unknown, context: ClassMethodDecoratorContext) => void;

/** What `static options` says, as a decorator. */
export function component(
  options: ComponentOptions,
): <C extends abstract new (...args: any[]) => Component>(Class: C, context: ClassDecoratorContext<C>) => void;

/** The names of the methods of a component. */
export type MethodsOf<C extends Component> = {
  [K in keyof C]: K extends keyof Component ? never : C[K] extends (...args: any[]) => any ? K : never;
}[keyof C] &
  string;

/** The state of a component: its fields. */
export type StateOf<C extends Component> = Omit<C, MethodsOf<C> | keyof Component>;

/** What a room's or an action's method is given. */
export type { Call };
