// What the daemon's `$inspector` tells, and nothing of how it is shown. All of it is text of somebody: never HTML.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface DaemonInfo {
  version: string;
  mode: "development" | "production";
  uptimeMs: number;
  memoryBytes: number;
  /** States may be edited, and events gone back to. */
  mayEdit: boolean;
}

export type Counts = Record<
  "connections" | "instances" | "rooms" | "timers" | "uploads" | "workers" | "messages" | "waitingBytes",
  number
>;

/** What is there in all, and the part of it that fits the filter and is sent. */
export interface Table<Row> {
  total: number;
  rows: Row[];
}

export interface ConnectionRow {
  id: string;
  userId: string | null;
  ageMs: number;
  silentMs: number;
  waitingBytes: number;
}

export interface InstanceRow {
  id: string;
  component: string;
  version: string;
  connectionId: string | null;
  /** Of a singleton: how many connections have it. */
  members: number | null;
  /** Events that wait for their turn. */
  waiting: number;
  busy: boolean;
  stateBytes: number | null;
  rooms: string[];
  /** Its connection is lost, and it waits for it to come back. */
  lost: boolean;
}

export interface RoomRow {
  name: string;
  logic: string | null;
  members: number;
  stateBytes: number;
  /** Only components on the server may change it. */
  serverOnly: boolean;
}

export type HealthStatus = "healthy" | "degraded" | "unhealthy";

export interface Health {
  status: HealthStatus;
  events: number;
  broken: number;
  meanMs: number;
  lastEventMs: number | null;
}

export interface ModuleRow {
  module: string;
  component: string;
  version: string;
  bytes: number;
  kind: "component" | "singleton" | "room";
  instances: number;
  workers: { live: number; recycled: number; trapped: number };
  health: Health | null;
  actions: string[];
}

export interface Swap {
  at: number;
  module: string;
  outcome: "taken" | "refused";
  tookMs: number;
  components: { name: string; version: string; isNew: boolean; instances: number }[];
  error: string | null;
}

export interface Timer {
  name: string;
  repeats: boolean;
  delayMs: number;
  inMs: number;
}

export interface SelectedInstance {
  kind: "instance";
  id: string;
  component: string;
  version: string | null;
  /** False: it has ended, and what is told of it is the last that was known. */
  there: boolean;
  busy: boolean;
  state: JsonObject | null;
  private: JsonObject | null;
  /** Null as long as it was busy whenever it was looked at. */
  rooms: string[] | null;
  timers: Timer[] | null;
  actions: string[];
  canTravel: boolean;
}

export interface SelectedRoom {
  kind: "room";
  name: string;
  there: boolean;
  logic: string | null;
  state: JsonObject | null;
  members: { id: string; component: string }[];
  serverOnly: boolean;
}

/** Something that happened to an instance. */
export interface InstanceEvent {
  /** Grows from event to event, over all that happens in one daemon's life. */
  seq: number;
  at: number;
  kind: string;
  instance: string;
  component: string;
  name: string | null;
  payload: Json;
  delta: JsonObject | null;
  result: Json;
  error: string | null;
  outcome: "ok" | "refused" | "crashed" | "timeout";
  tookUs: number;
  connection: string | null;
  userId: string | null;
  request: string | null;
  canTravel: boolean;
}

/** Something that happened in a room. Its kind begins with `room:`. */
export interface RoomEvent {
  seq: number;
  at: number;
  kind: string;
  room: string;
  name: string | null;
  data: Json;
  from: string | null;
}

export type InspectorEvent = InstanceEvent | RoomEvent;

export function isRoomEvent(event: InspectorEvent): event is RoomEvent {
  return event.kind.startsWith("room:");
}

/** What happened since the push before, to what is selected or followed. */
export interface News {
  batch: number;
  lost: number;
  events: InspectorEvent[];
}

/** The tables that have a filter on the daemon's side. */
export type TableName = "connections" | "instances" | "rooms" | "modules";

export interface InspectorState {
  daemon: DaemonInfo;
  counts: Counts;
  connections: Table<ConnectionRow>;
  instances: Table<InstanceRow>;
  rooms: Table<RoomRow>;
  modules: Table<ModuleRow>;
  swaps: Swap[];
  selected: SelectedInstance | SelectedRoom | null;
  news: News;
}

/** What an action that was called by `call` came to. */
export interface CallOutcome {
  success: boolean;
  result: Json;
  error: string | null;
  code: string | null;
}

/** In place of a value that was too long to send. */
export interface Truncated {
  $truncated: number;
  start: string;
}

export function isTruncated(value: unknown): value is Truncated {
  return typeof value === "object" && value !== null && typeof (value as Truncated).$truncated === "number";
}
