// Rooms as stores: joined while somebody subscribes.

import type { Room, State } from "@liveside/client";
import { type RoomShown, type RoomUse, roomStore } from "@liveside/client/shared";
import type { Readable } from "svelte/store";
import type { ComponentReadable } from "./live.ts";
import { readableOf } from "./store.ts";

/** `$chat.state`, `$chat.members`; and what a room can do. */
export interface RoomReadable<R extends State = State> extends Readable<RoomShown<R>> {
  readonly room: Room<R>;
  readonly emit: Room<R>["emit"];
  readonly setState: Room<R>["setState"];
  /** Hears an event. Gives what ends that, for `onMount` or `$effect`. */
  readonly on: Room<R>["on"];
}

/**
 * Joins a room, and leaves it with the last subscriber. Without a name: the room that the component was mounted with,
 * which it stays in.
 */
export function room<R extends State = State>(component: ComponentReadable<any, any>, name?: string, use?: RoomUse<R>): RoomReadable<R> {
  const store = () => roomStore<R>(component.handle, name, use);
  return {
    subscribe(run) {
      // Who shows a room uses its component.
      const stops = [component.subscribe(() => {}), readableOf(store()).subscribe(run)];
      return () => stops.forEach((stop) => stop());
    },
    get room() {
      return store().room;
    },
    emit: ((...args: Parameters<Room<R>["emit"]>) => store().room.emit(...args)) as Room<R>["emit"],
    setState: (changes) => store().room.setState(changes),
    on: (event, listener) => store().room.on(event, listener),
  };
}
