// Rooms as composables: joined while a component shows them.

import type { Live, LiveError, Room, State } from "@liveside/client";
import { type RoomUse, roomStore } from "@liveside/client/shared";
import { type ComputedRef, onScopeDispose } from "vue";
import { refsOf, useStore } from "./store.ts";

export interface UseRoom<R extends State = State> {
  /** The room's state since it was joined; `{}` before. */
  readonly state: ComputedRef<Readonly<R>>;
  readonly joined: ComputedRef<boolean>;
  /** Why it could not be joined. */
  readonly error: ComputedRef<LiveError | null>;
  /** How many members there are; undefined until somebody joins or leaves. */
  readonly members: ComputedRef<number | undefined>;
  readonly room: Room<R>;
  readonly emit: Room<R>["emit"];
  readonly setState: Room<R>["setState"];
}

/**
 * Joins a room, and leaves it with the last that shows it. Without a name: the room that the component was mounted with,
 * which it stays in.
 */
export function useRoom<R extends State = State>(handle: Live<any, any>, name?: string, use?: RoomUse<R>): UseRoom<R> {
  const store = roomStore<R>(handle, name, use);
  const { room } = store;
  const calls = { room, emit: room.emit.bind(room) as Room<R>["emit"], setState: room.setState.bind(room) };
  return { ...refsOf(useStore(store), "state", "joined", "error", "members"), ...calls };
}

/** Hears an event of a room. */
export function useRoomEvent<T = any>(room: Room<any>, event: string, listener: (data: T) => void): void {
  onScopeDispose(room.on(event, listener));
}
