// The daemon's place in a test: what there is beside the component.

import { JSON_NULL, copy, read } from "./values.js";

/** A user whose identity the daemon has verified: `{ id, roles, permissions, claims }`, or just the id. */
function identity(user) {
  if (user == null) return null;
  const { id, roles = [], permissions = [], claims = {} } = typeof user === "string" ? { id: user } : user;
  return { id, roles, permissions, claims };
}

/** What a test keeps in the daemon's place. `host.js` answers the component's calls from it. */
export class World {
  constructor({
    instance = "test-1", room = null, user = null, label = null, connection = "test-connection", config = {},
    persistent = {}, uploads = {}, now = 0, http = null, roomLogic = null,
  } = {}) {
    Object.assign(this, { instance, room, label, connection, config, uploads, now, http, roomLogic });
    this.user = identity(user);
    this.state = {};
    this.private = new Map();
    this.persistent = new Map(Object.entries(persistent).map(([key, value]) => [key, JSON.stringify(value)]));
    this.store = new Map();
    this.joined = new Set(room === null ? [] : [room]);
    this.roomCounts = new Map();
    this.roomStates = new Map();
    this.timers = [];
    this.lastTimer = 0;
    this.random = 0n;
    this.begin();
  }

  signIn(user) {
    this.user = identity(user);
  }

  /** Starts recording what an event does. */
  begin() {
    this.before = copy(this.state);
    this.privateBefore = new Map(this.private);
    this.loaded = new Set();
    this.effects = [];
    this.logs = [];
  }

  /** Drops what an event did that broke down. */
  rollBack() {
    this.state = this.before;
    this.private = this.privateBefore;
    this.begin();
  }

  /** The keys that differ from what they were when the event began; what is gone is null. */
  delta() {
    const delta = {};
    for (const [key, value] of Object.entries(this.state)) {
      if (JSON.stringify(value) !== JSON.stringify(this.before[key])) delta[key] = copy(value);
    }
    for (const key of Object.keys(this.before)) {
      if (!Object.hasOwn(this.state, key)) delta[key] = null;
    }
    return delta;
  }

  /** JSON text of these keys, or of all. */
  load(keys) {
    const there = Object.keys(this.state).filter((key) => !keys || keys.includes(key));
    for (const key of there) this.loaded.add(key);
    return JSON.stringify(Object.fromEntries(there.map((key) => [key, this.state[key]])));
  }

  /** Lays keys over the state, as `patch` does: a key that is no default is removed by null. */
  patch(text) {
    for (const [key, value] of Object.entries(JSON.parse(text))) {
      if (value === null && !Object.hasOwn(this.defaults, key)) delete this.state[key];
      else this.state[key] = value;
    }
  }

  startTimer(ms, repeats, name, payload) {
    const effect = { type: "timer", name, ms, repeats };
    if (payload != null) effect.payload = read(payload);
    this.effects.push(effect);
    const timer = { id: ++this.lastTimer, due: this.now + ms, every: repeats ? ms : null, name, payload: payload ?? null };
    this.timers.push(timer);
    return timer.id;
  }

  cancelTimer(id) {
    const at = this.timers.findIndex((timer) => timer.id === id);
    if (at < 0) return;
    const [{ name }] = this.timers.splice(at, 1);
    this.effects.push({ type: "cancelTimer", name });
  }

  /** Takes the next timer that is due by then, and puts the clock to its time. */
  nextTimer(end) {
    const [timer] = this.timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due || a.id - b.id);
    if (!timer) return null;
    this.now = Math.max(this.now, timer.due);
    if (timer.every === null) this.timers.splice(this.timers.indexOf(timer), 1);
    else timer.due += Math.max(timer.every, 1);
    const { id, name, payload } = timer;
    return { id, name, payload };
  }

  /** A room's logic, as the test answers for it. */
  callRoom(room, action, payload) {
    const answer = this.roomLogic(room, action, payload == null ? undefined : read(payload));
    const text = JSON.stringify(answer) ?? JSON_NULL;
    return text === JSON_NULL ? null : text;
  }

  /** The same numbers in every run (splitmix64), so that a test can rely on them. */
  nextRandom() {
    const mask = (1n << 64n) - 1n;
    this.random = (this.random + 0x9e3779b97f4a7c15n) & mask;
    let z = this.random;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  }
}
