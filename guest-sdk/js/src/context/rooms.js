// Rooms: their events, the state that members share, and calls of their own logic.

import { ask } from "../errors.js";
import { host } from "../host.js";
import { jsonOrNothing, jsonOrNull, parse } from "./codec.js";

/** A room by its name. What it is asked for takes effect when the event ends. */
export class Room {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  join() {
    ask(host().rooms.join, this.name);
  }

  leave() {
    ask(host().rooms.leave, this.name);
  }

  /** Sends an event to every other member. Gives how many it goes to. */
  emit(event, data) {
    return ask(host().rooms.emit, this.name, event, jsonOrNull(data));
  }

  /** The state that the members share. */
  state() {
    return parse(ask(host().rooms.stateGet, this.name));
  }

  /** Lays keys over the state that the members share. */
  setState(changes) {
    ask(host().rooms.stateSet, this.name, jsonOrNull(changes));
  }

  /** The members: `[{ instance, userId }]`. */
  members() {
    return ask(host().rooms.members, this.name);
  }

  /** How many members there are. */
  count() {
    return ask(host().rooms.count, this.name);
  }

  /** Calls an action of the room's own logic, and gives what it answers. */
  call(action, payload) {
    return parse(ask(host().rooms.call, this.name, action, jsonOrNothing(payload))) ?? null;
  }
}

/** All rooms. */
export class Rooms {
  /** The room of this name. It is not joined by that. */
  get(name) {
    return new Room(name);
  }

  join(name) {
    this.get(name).join();
  }

  leave(name) {
    this.get(name).leave();
  }
}
