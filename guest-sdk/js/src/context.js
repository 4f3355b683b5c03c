// `this.context`: the daemon, as far as one event may use it.

import { encode, jsonOrNull } from "./context/codec.js";
import { Http } from "./context/http.js";
import { Persistent, Private } from "./context/keyed.js";
import { Room, Rooms } from "./context/rooms.js";
import { Session } from "./context/session.js";
import { Clock, Config, Log, Random } from "./context/sources.js";
import { Store } from "./context/store.js";
import { Timers } from "./context/timers.js";
import { Uploads } from "./context/uploads.js";
import { ask } from "./errors.js";
import { host } from "./host.js";

// They keep nothing of an event, so all events share them.
const shared = {
  private: new Private(),
  persistent: new Persistent(),
  rooms: new Rooms(),
  timers: new Timers(),
  http: new Http(),
  store: new Store(),
  uploads: new Uploads(),
  config: new Config(),
  log: new Log(),
  clock: new Clock(),
  random: new Random(),
};

/** What `this.context` is. */
export class Context {
  #entry;
  #target;
  #session;
  #room;

  constructor(entry, target) {
    this.#entry = entry;
    this.#target = target;
  }

  /** The component's name. */
  get component() {
    return this.#target.component;
  }

  /** The id of the mount. */
  get instance() {
    return this.#target.instance;
  }

  /** A copy of the state that a new mount starts with: `Object.assign(this, this.context.initialState)`. */
  get initialState() {
    return JSON.parse(this.#entry.definition.defaultState);
  }

  /** Who is behind the event. */
  get session() {
    return (this.#session ??= new Session(host().session.current()));
  }

  /** The room that the component was mounted with, or null. */
  get room() {
    if (this.#room === undefined) {
      const name = host().rooms.defaultRoom();
      this.#room = name == null ? null : new Room(name);
    }
    return this.#room;
  }

  /** Sends a message to the browsers of everybody in the default room. Gives how many it goes to. */
  broadcast(kind, data) {
    return ask(host().broadcast.send, kind, jsonOrNull(data), false);
  }

  /** As `broadcast`, without the user behind the event. */
  broadcastToOthers(kind, data) {
    return ask(host().broadcast.send, kind, jsonOrNull(data), true);
  }

  /** Sends bytes (or a text's UTF-8) to the component's browsers, beside the state. */
  pushBinary(name, bytes) {
    ask(host().state.pushBinary, name, encode(bytes));
  }
}

for (const [name, value] of Object.entries(shared)) {
  Object.defineProperty(Context.prototype, name, { value, enumerable: true });
}
