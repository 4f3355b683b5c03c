// Rooms as hooks: joined while a component shows them.

import type { Live, Room, State } from "@liveside/client";
import { type RoomShown, type RoomUse, roomStore } from "@liveside/client/shared";
import { useEffect, useMemo, useRef } from "react";
import { useStore } from "./store.ts";

export interface UseRoom<R extends State = State> extends RoomShown<R> {
  readonly room: Room<R>;
  readonly emit: Room<R>["emit"];
  readonly setState: Room<R>["setState"];
}

/**
 * Joins a room, and leaves it with the last that shows it. Without a name: the room that the component was mounted with,
 * which it stays in.
 */
export function useRoom<R extends State = State>(handle: Live<any, any>, name?: string, use?: RoomUse<R>): UseRoom<R> {
  const store = useMemo(() => roomStore<R>(handle, name, use), [handle, name]);
  const shown = useStore(store);
  const { room } = store;
  const calls = useMemo(() => ({ room, emit: room.emit.bind(room) as Room<R>["emit"], setState: room.setState.bind(room) }), [room]);
  return { ...shown, ...calls };
}

/** Hears an event of a room. The listener may be another with every render. */
export function useRoomEvent<T = any>(room: Room<any>, event: string, listener: (data: T) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => room.on(event, (data) => latest.current(data)), [room, event]);
}
