// A room of a component, joined while somebody looks.

import type { Live, LiveError, Room, State, Stop } from "@liveside/client";
import { Store } from "./store.ts";

export interface RoomShown<R extends State = State> {
  /** The room's state since it was joined; `{}` before. */
  readonly state: Readonly<R>;
  readonly joined: boolean;
  /** Why it could not be joined. */
  readonly error: LiveError | null;
  /** How many members there are; undefined until somebody joins or leaves. */
  readonly members: number | undefined;
}

export interface RoomUse<R extends State = State> {
  /** What a room that is not there yet begins with. */
  initialState?: R | undefined;
}

const byHandle = new WeakMap<object, Map<string, RoomStore<any>>>();

/** The same object for the same room of a handle. Without a name: the one that the component was mounted with. */
export function roomStore<R extends State = State>(handle: Live<any, any>, name?: string, use: RoomUse<R> = {}): RoomStore<R> {
  const room = handle.room<R>(name);
  let stores = byHandle.get(handle);
  if (!stores) byHandle.set(handle, (stores = new Map()));
  let store = stores.get(room.name);
  if (!store) stores.set(room.name, (store = new RoomStore(room, isOwn(handle, room), use.initialState)));
  return store;
}

/** The room that the component was mounted with. */
function isOwn(handle: Live<any, any>, room: Room<any>): boolean {
  try {
    return handle.room() === room;
  } catch {
    return false;
  }
}

export class RoomStore<R extends State = State> extends Store<RoomShown<R>> {
  readonly room: Room<R>;
  readonly #isOwn: boolean;
  readonly #initialState: R | undefined;
  #stops: Stop[] | undefined;
  #joined = false;
  #error: LiveError | null = null;
  #members: number | undefined;

  constructor(room: Room<R>, own: boolean, initialState: R | undefined) {
    super();
    this.room = room;
    this.#isOwn = own;
    this.#initialState = initialState;
  }

  protected read(): RoomShown<R> {
    return { state: this.room.state, joined: this.#joined, error: this.#error, members: this.#members };
  }

  protected begin(): void {
    if (this.#stops) return;
    const { room } = this;
    this.#stops = [
      room.onState(() => this.changed()),
      room.onMembers(({ count }) => {
        this.#members = count;
        this.changed();
      }),
    ];
    room.join(this.#initialState).then(
      () => this.#became(true, null),
      (error) => this.#became(false, error),
    );
  }

  protected end(): void {
    this.#stops?.forEach((stop) => stop());
    this.#stops = undefined;
    // The component lives in its own room, whoever looks.
    if (!this.#isOwn && this.#joined) this.room.leave().catch(() => {});
    this.#became(false, null);
  }

  #became(joined: boolean, error: LiveError | null): void {
    // It came too late: nobody looks any more.
    if (joined && !this.#stops) return void (this.#isOwn || this.room.leave().catch(() => {}));
    this.#joined = joined;
    this.#error = error;
    this.changed();
  }
}
