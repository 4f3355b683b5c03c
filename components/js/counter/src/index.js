// A counter that everybody in a room shares. The number itself is kept by the logic of the room `tally:ROOM`, whatever
// language the counters are written in; room events tell the others that it has changed.

import { Component } from "@liveside/component";

/** What `increment` and `decrement` take. The daemon checks it before they run. */
const STEP = { type: ["object", "null"], properties: { by: { type: ["integer", "null"] } } };

export class JsCounter extends Component {
  static options = { version: "1.0.0" };
  static actions = { increment: { schema: STEP }, decrement: { schema: STEP }, reset: true };
  static roomEvents = { COUNT_CHANGED: "countChanged", USER_COUNT_CHANGED: "userCountChanged" };

  count = 0;
  lastUpdatedBy = null;
  connectedUsers = 0;

  onMount() {
    const { room } = this.context;
    this.count = this.#tally("count") ?? this.count;
    this.connectedUsers = room?.count() ?? 1;
    room?.emit("USER_COUNT_CHANGED", { connectedUsers: this.connectedUsers });
  }

  /** The room has gone on meanwhile. */
  onRehydrate() {
    this.onMount();
  }

  /** By then it counts as gone; who hears of it counts anew. */
  onDestroy() {
    const { room } = this.context;
    room?.emit("USER_COUNT_CHANGED", { connectedUsers: Math.max(room.count() - 1, 0) });
  }

  increment({ by } = {}) {
    return this.#add(by ?? 1);
  }

  decrement({ by } = {}) {
    return this.#add(-(by ?? 1));
  }

  /** Sets the count to 0, for everybody. */
  reset() {
    return this.#changed(this.#tally("reset") ?? 0);
  }

  /** The number is asked for and not taken from the event: two that are sent at once may arrive in the other order. */
  countChanged({ userId }) {
    this.count = this.#tally("count");
    this.lastUpdatedBy = userId ?? null;
  }

  userCountChanged() {
    this.connectedUsers = this.context.room.count();
  }

  #add(by) {
    return this.#changed(this.#tally("add", { by }) ?? this.count + by);
  }

  #changed(count) {
    const { room, session } = this.context;
    const userId = session.userId ?? session.label;
    room?.emit("COUNT_CHANGED", { count, userId });
    this.count = count;
    this.lastUpdatedBy = userId;
    return { success: true, count };
  }

  /** What the room's number is after this; without a room, nothing. */
  #tally(action, payload) {
    const { room, rooms } = this.context;
    return room && rooms.get(`tally:${room.name}`).call(action, payload);
  }
}
