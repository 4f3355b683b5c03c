// A mounted component in a test.

import { entryOf } from "../definition.js";
import { LiveError, failure, isBug } from "../errors.js";
import { handle, isThenable } from "../handle.js";
import { useHost } from "../host.js";
import { check } from "./access.js";
import { install } from "./ambient.js";
import { hostOf } from "./host.js";
import { copy } from "./values.js";
import { World } from "./world.js";

/** Goes on with a value, or with what a promise brings. */
function then(value, next) {
  return isThenable(value) ? value.then(next) : next(value);
}

/** A component, mounted. Methods that run events give a promise where the component's method is async. */
export class Harness {
  #entry;
  #world;
  #host;
  /** The errors of hooks that no caller is told of: while mounting, and from `onStateChange`. */
  hookErrors = [];

  constructor(Class, { props = {}, debugLabel = null, ...options } = {}) {
    this.#entry = entryOf(Class);
    this.#world = new World(options);
    this.#host = hostOf(this.#world);
    const { access, name, defaultState, persistentDefaults } = this.definition;
    check(access, this.#world.user, name);
    this.#layOut(JSON.parse(defaultState), JSON.parse(persistentDefaults), copy(props));
    this.#world.begin();
    const room = this.#world.room;
    /** What the mounting hooks wait for, if they do. */
    this.mounted = then(this.#hook({ tag: "connect" }), () =>
      then(this.#hook({ tag: "mount", val: { room, debugLabel } }), () => this.#stateChange()),
    );
  }

  /** What the daemon is told of the component before it runs. */
  get definition() {
    return this.#entry.definition;
  }

  /** The whole state, as the browser has it. */
  get state() {
    return copy(this.#world.state);
  }

  /** What the last event changed, as the browser is told. */
  delta() {
    return this.#world.delta();
  }

  /** The keys of the state that the last event loaded. */
  loaded() {
    return [...this.#world.loaded];
  }

  /** What the last event asked for, in its order. */
  effects() {
    return [...this.#world.effects];
  }

  /** The lines that the last event logged: `[{ level, message }]`. */
  logs() {
    return [...this.#world.logs];
  }

  /** A private value. */
  private(key) {
    const text = this.#world.private.get(key);
    return text && JSON.parse(text);
  }

  /** A persistent value. */
  persistent(key) {
    const text = this.#world.persistent.get(key);
    return text && JSON.parse(text);
  }

  /**
   * Calls an action as a browser does: access rules first, then `onAction`, the action, `onStateChange`. Throws what
   * the browser would be told, a LiveError; a bug of the component is thrown as it is, and its changes are dropped.
   */
  call(name, payload) {
    const { access, actions, name: component } = this.definition;
    const found = actions.find((action) => action.name === name);
    check(access, this.#world.user, component);
    check(found?.access, this.#world.user, `\`${name}\` of ${component}`);
    this.#world.begin();
    const call = { name, payload: payload === undefined ? null : JSON.stringify(payload) };
    const allowed = found ? this.#run({ tag: "before-action", val: call }) : null;
    return then(allowed, (answer) => {
      if (answer === false) throw new LiveError(`\`${name}\` was cancelled by \`onAction\``);
      const set = found && name === "setValue";
      return this.#settled(() => (set ? this.#setValue(payload) : this.#run({ tag: "action", val: call })));
    });
  }

  /** Sets a key of the state as a browser does, by `setValue`. */
  setValue(key, value) {
    return this.call("setValue", { key, value });
  }

  /** Another member's event in a room. */
  roomEvent(room, event, data = null) {
    return this.roomEvents([{ room, event, data }]);
  }

  /** Several events of rooms that came while the component was busy: one transaction. */
  roomEvents(events) {
    const all = events.map(({ room, event, data }) => ({ room, event, data: JSON.stringify(data) ?? "null" }));
    return this.#event({ tag: "room-events", val: all });
  }

  /** A timer's event, whether it was started or not. */
  timer(name, payload) {
    return this.#event({ tag: "timer", val: { id: 0, name, payload: payload === undefined ? null : JSON.stringify(payload) } });
  }

  /** Lets time pass, and calls the timers that become due, in the order of their time. */
  advance(ms) {
    const end = this.#world.now + ms;
    const next = () => {
      const timer = this.#world.nextTimer(end);
      if (timer) return then(this.#event({ tag: "timer", val: timer }), next);
      this.#world.now = end;
    };
    return next();
  }

  /** Progress with an upload: `{ id, stage: "start" | "progress" | "complete" | "failed", .. }`. */
  upload({ id = "upload-1", stage = "start", filename = "file.txt", contentType = "text/plain", size = 0, bytes, url, reason }) {
    const val = { id, stage: { tag: stage, val: bytes ?? url ?? reason }, filename, contentType, size };
    return this.#event({ tag: "upload", val });
  }

  roomJoin(room) {
    return this.#event({ tag: "room-join", val: room });
  }

  roomLeave(room) {
    return this.#event({ tag: "room-leave", val: room });
  }

  /** A browser joined the singleton. Its connection is the one behind this event and those to come. */
  clientJoin(connectionId, count) {
    this.speakFrom(connectionId);
    return this.#event({ tag: "client-join", val: { connectionId, count } });
  }

  clientLeave(connectionId, count) {
    this.speakFrom(connectionId);
    return this.#event({ tag: "client-leave", val: { connectionId, count } });
  }

  /** To a room: somebody wants to become a member. An error refuses it. */
  memberJoin(instance, count) {
    return this.#event({ tag: "member-join", val: { instance, count } });
  }

  /** To a room: somebody has left; with a count of 0 it is empty as well. */
  memberLeave(instance, count) {
    const left = this.#event({ tag: "member-leave", val: { instance, count } });
    return then(left, () => (count === 0 ? this.#event({ tag: "empty" }) : undefined));
  }

  rehydrate(fromVersion) {
    return this.#event({ tag: "rehydrate", val: { fromVersion } });
  }

  reload(fromVersion) {
    return this.#event({ tag: "reload", val: { fromVersion } });
  }

  disconnect() {
    return this.#event({ tag: "disconnect" });
  }

  destroy() {
    return this.#event({ tag: "destroy" });
  }

  /** Makes this user the one behind the events to come: an id, or `{ id, roles, permissions, claims }`. */
  signIn(user) {
    this.#world.signIn(user);
  }

  /** Makes the visitor anonymous. */
  signOut() {
    this.#world.signIn(null);
  }

  /** Makes this connection the one behind the events to come. */
  speakFrom(connectionId) {
    this.#world.connection = connectionId;
  }

  /** Says how many members a room has. One without it: the component itself. */
  setRoomCount(room, count) {
    this.#world.roomCounts.set(room, count);
  }

  #layOut(defaults, persistent, props) {
    const world = this.#world;
    world.defaults = defaults;
    world.state = { ...defaults };
    for (const [key, value] of Object.entries(persistent)) {
      if (!world.persistent.has(key)) world.persistent.set(key, JSON.stringify(value));
    }
    const rule = this.definition.props;
    for (const [key, value] of Object.entries(props)) {
      if (rule === "any" || (rule === "known" && Object.hasOwn(defaults, key))) world.state[key] = value;
    }
  }

  /** What the daemon does for `setValue`. */
  #setValue({ key, value = null } = {}) {
    if (!Object.hasOwn(this.#world.defaults, key)) throw LiveError.invalidPayload(`The state has no key \`${key}\``);
    this.#world.state[key] = copy(value);
    return null;
  }

  #event(event) {
    this.#world.begin();
    return then(this.#settled(() => this.#run(event)), () => undefined);
  }

  /** Runs something and then, whether it failed or not, `onStateChange`. */
  #settled(run) {
    const end = (value) => then(this.#stateChange(), () => value);
    const fail = (error) =>
      then(this.#stateChange(), () => {
        throw error;
      });
    let outcome;
    try {
      outcome = run();
    } catch (error) {
      return fail(error);
    }
    return isThenable(outcome) ? outcome.then(end, fail) : end(outcome);
  }

  #stateChange() {
    const changed = Object.keys(this.#world.delta());
    return changed.length > 0 ? this.#hook({ tag: "state-change", val: changed }) : undefined;
  }

  #hook(event) {
    const failed = (error) => {
      if (isBug(error)) throw error;
      this.hookErrors.push(error);
    };
    try {
      const outcome = this.#run(event);
      return isThenable(outcome) ? outcome.then(() => {}, failed) : undefined;
    } catch (error) {
      return failed(error);
    }
  }

  /** Runs one event: its result, or a promise of it. */
  #run(event) {
    const target = { component: this.definition.name, instance: this.#world.instance };
    const leave = this.#enter();
    const end = (text) => {
      leave();
      return text === null ? null : JSON.parse(text);
    };
    const fail = (error) => {
      leave();
      throw this.#told(error);
    };
    try {
      const outcome = handle(this.#entry, target, event);
      // An async method goes on with this daemon until its end.
      return isThenable(outcome) ? outcome.then(end, fail) : end(outcome);
    } catch (error) {
      return fail(error);
    }
  }

  /** Puts this daemon and its globals in place. Gives what takes them away again. */
  #enter() {
    const host = useHost(this.#host);
    const restore = install();
    return () => {
      restore();
      useHost(host);
    };
  }

  /** An error as the browser is told of it. A bug stays what it is, and takes its changes with it. */
  #told(error) {
    if (isBug(error)) {
      this.#world.rollBack();
      return error;
    }
    const { code, message } = failure(error);
    return error instanceof LiveError ? error : Object.assign(new LiveError(message, code), { cause: error });
  }
}
