// A list of events that grows while it is looked at: in order, without doubles, bounded, and still while it is paused.

import { type InspectorEvent, isRoomEvent } from "./contract.ts";
import { fitsWords } from "./filter.ts";

export const MOST_EVENTS = 1000;

/** A daemon that was started anew counts from the beginning: the number alone is not enough. */
export const keyOf = (event: InspectorEvent): string => `${event.seq} ${event.at}`;

export class EventList {
  /** In order, the newest last. */
  #events: readonly InspectorEvent[] = [];
  readonly #keys = new Set<string>();
  #still: readonly InspectorEvent[] | undefined;
  #came = 0;
  /** How many the daemon could not keep for this page. */
  lost = 0;

  get all(): readonly InspectorEvent[] {
    return this.#events;
  }

  /** What is shown: all, or what there was when the list was paused. The newest last. */
  get shown(): readonly InspectorEvent[] {
    return this.#still ?? this.#events;
  }

  get paused(): boolean {
    return this.#still !== undefined;
  }

  /** How many came since the list was paused. */
  get held(): number {
    return this.#came;
  }

  add(events: readonly InspectorEvent[], lost = 0): void {
    this.lost += lost;
    const fresh = events.filter((event) => !this.#keys.has(keyOf(event)));
    if (fresh.length === 0) return;
    for (const event of fresh) this.#keys.add(keyOf(event));
    if (this.paused) this.#came += fresh.length;
    const last = this.#events.at(-1);
    const all = [...this.#events, ...fresh];
    // The list of those that were known may come after the first that are new.
    if (last && !isAfter(fresh[0]!, last)) all.sort(byTime);
    for (const { seq, at } of all.splice(0, Math.max(0, all.length - MOST_EVENTS))) this.#keys.delete(`${seq} ${at}`);
    this.#events = all;
  }

  /** Takes what the daemon knows of what is looked at again, after the connection was lost. */
  restore(known: readonly InspectorEvent[]): void {
    const keys = new Set(known.map(keyOf));
    // What the daemon does not know any more, nobody can go back to.
    this.#events = this.#events.map((event) =>
      isRoomEvent(event) || keys.has(keyOf(event)) ? event : { ...event, canTravel: false },
    );
    this.add(known);
  }

  pause(): void {
    this.#still ??= this.#events;
  }

  resume(): void {
    this.#still = undefined;
    this.#came = 0;
  }

  clear(): void {
    this.#events = [];
    this.#keys.clear();
    this.lost = 0;
    this.resume();
  }
}

const byTime = (a: InspectorEvent, b: InspectorEvent) => a.at - b.at || a.seq - b.seq;
const isAfter = (a: InspectorEvent, b: InspectorEvent) => byTime(a, b) >= 0;

/** What the daemon does by itself, again and again, and that changed nothing. */
export function isHousekeeping(event: InspectorEvent): boolean {
  return event.kind === "daemon" && !isRoomEvent(event) && event.delta === null && event.outcome === "ok";
}

/** Whether an event is about what was typed into the filter. */
export function fitsText(event: InspectorEvent, text: string): boolean {
  const about = isRoomEvent(event)
    ? [event.kind, event.room, event.name, event.from]
    : [event.kind, event.name, event.component, event.instance, event.outcome, event.error, event.userId, event.connection];
  return fitsWords(about, text);
}
