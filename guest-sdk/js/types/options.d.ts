// What a component says of itself.

/** Who may. Roles: one of them is enough. Permissions: all are needed. */
export type Access = "authenticated" | { authenticated?: true; roles?: string[]; permissions?: string[] };

export interface RateLimit {
  /** Calls that may come at once. */
  burst: number;
  /** Calls that become free again in a minute. */
  perMinute: number;
}

/** JSON Schema. */
export type Schema = Record<string, unknown>;

export type LoggingTopic = "lifecycle" | "messages" | "state" | "performance" | "rooms" | "websocket";

export interface ComponentOptions {
  /** As browsers name it; the name of the class by default. */
  name?: string;
  /** The version of the state's shape; `1.0.0` by default. */
  version?: string;
  /** What a browser may set at the mount: known keys (the default), nothing, or any key. */
  props?: "known" | "none" | "any";
  /** Who may mount it. */
  access?: Access;
  /** How often its actions may be called, all together, by one mount. */
  rateLimit?: RateLimit;
  /** One instance for everybody: it ends with its last member, never ("keep"), or some time later. */
  singleton?: boolean | "keep" | { lingerMs: number };
  /** Not a component but the logic of the rooms of this kind. */
  room?: string;
  /** State and private data of a singleton or a room outlive the daemon. */
  durable?: boolean;
  /** Browsers may set state keys by `setValue`. */
  setValue?: boolean;
  /** Every event gets a new instance of the module. */
  fresh?: boolean;
  /** What the daemon logs of its own accord. */
  logging?: LoggingTopic[];
  /** What browsers set of the state is checked by it. */
  stateSchema?: Schema;
  /** What the persistent map starts with. */
  persistent?: Record<string, unknown>;
}

export interface ActionOptions {
  /** As browsers name it; the name of the method by default. */
  name?: string;
  access?: Access;
  rateLimit?: RateLimit;
  /** The payload is checked by it before the action runs. */
  schema?: Schema;
}

/** A method's name; with a room, or the beginning of one and `*`, in place of the default room. */
export type RoomEventHandler = string | { method: string; room?: string };
