// A counter that everybody in a room shares: components/js/counter, with types and decorators.

import { Component, action, component, roomEvent } from "@liveside/component";

interface Step {
  by?: number | null;
}

interface Answer {
  success: true;
  count: number;
}

/** What `increment` and `decrement` take. The daemon checks it before they run. */
const STEP = { type: ["object", "null"], properties: { by: { type: ["integer", "null"] } } };

@component({ name: "TsCounter", version: "1.0.0" })
export class Counter extends Component {
  count = 0;
  lastUpdatedBy: string | null = null;
  connectedUsers = 0;

  onMount(): void {
    const { room } = this.context;
    this.count = this.#tally("count") ?? this.count;
    this.connectedUsers = room?.count() ?? 1;
    room?.emit("USER_COUNT_CHANGED", { connectedUsers: this.connectedUsers });
  }

  /** The room has gone on meanwhile. */
  onRehydrate(): void {
    this.onMount();
  }

  /** By then it counts as gone; who hears of it counts anew. */
  onDestroy(): void {
    const { room } = this.context;
    room?.emit("USER_COUNT_CHANGED", { connectedUsers: Math.max(room.count() - 1, 0) });
  }

  @action({ schema: STEP })
  increment({ by }: Step = {}): Answer {
    return this.#add(by ?? 1);
  }

  @action({ schema: STEP })
  decrement({ by }: Step = {}): Answer {
    return this.#add(-(by ?? 1));
  }

  /** Sets the count to 0, for everybody. */
  @action
  reset(): Answer {
    return this.#changed(this.#tally("reset") ?? 0);
  }

  /** The number is asked for and not taken from the event: two that are sent at once may arrive in the other order. */
  @roomEvent("COUNT_CHANGED")
  countChanged({ userId }: { userId: string | null }): void {
    this.count = this.#tally("count") ?? this.count;
    this.lastUpdatedBy = userId ?? null;
  }

  @roomEvent("USER_COUNT_CHANGED")
  userCountChanged(): void {
    this.connectedUsers = this.context.room?.count() ?? 1;
  }

  #add(by: number): Answer {
    return this.#changed(this.#tally("add", { by }) ?? this.count + by);
  }

  #changed(count: number): Answer {
    const { room, session } = this.context;
    const userId = session.userId ?? session.label;
    room?.emit("COUNT_CHANGED", { count, userId });
    this.count = count;
    this.lastUpdatedBy = userId;
    return { success: true, count };
  }

  /** What the room's number is after this; without a room, nothing. */
  #tally(action: "count" | "add" | "reset", payload?: { by: number }): number | null {
    const { room, rooms } = this.context;
    return room && rooms.get(`tally:${room.name}`).call<number>(action, payload);
  }
}
