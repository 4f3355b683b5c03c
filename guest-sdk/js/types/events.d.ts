// What hooks are told.

export interface Mount {
  /** The default room. */
  room: string | null;
  /** A name for logs, from the browser. */
  debugLabel: string | null;
}

export interface Call {
  name: string;
  payload?: any;
}

export interface RoomEvent {
  room: string;
  event: string;
}

export interface Timer {
  id: number;
  name: string;
  payload?: any;
}

export type Upload = {
  id: string;
  filename: string;
  contentType: string;
  /** Bytes, as announced. */
  size: number;
} & (
  | { /** May be refused, by an error. */ stage: "start" }
  | { stage: "progress"; /** So far. */ bytes: number }
  | { stage: "complete"; /** Where it is served from. */ url: string }
  | { stage: "failed"; reason: string }
);

export interface Client {
  connectionId: string;
  /** Members after the event. */
  count: number;
}

export interface Member {
  /** The mounted component. */
  instance: string;
  /** Members after the event. */
  count: number;
}
