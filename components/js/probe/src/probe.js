import { Component, LiveError } from "@liveside/component";

/* global SECOND_VERSION */
const second = typeof SECOND_VERSION !== "undefined" && SECOND_VERSION;

/** The second version calls the number something else. */
const NUMBER = second ? "amount" : "value";

const SET = { type: "object", required: [NUMBER], properties: { [NUMBER]: { type: "integer" } } };

export class JsProbe extends Component {
  static options = { version: second ? "2.0.0" : "1.0.0", setValue: true, persistent: { kept: 0 } };

  static actions = {
    echo: true, nothing: true, set: { schema: SET }, fail: true, deny: true, crash: true, spin: true,
    remember: true, recall: true, keep: true, kept: true, bump: true, store: true, stored: true,
    after: true, every: true, cancel: true,
    join: true, leave: true, emit: true, roomState: true, setRoomState: true, members: true, call: true, broadcast: true,
    fetch: true, session: true, config: true, now: true, random: true, say: true, binary: true, outside: true,
    limited: { rateLimit: { burst: 2, perMinute: 1 } },
    admin: { access: { roles: ["admin"] } },
    forbidden: true,
  };

  static roomEvents = { NEWS: { method: "news", room: "*" } };

  static migrate(from, state) {
    const old = second ? "value" : "amount";
    if (old in state) {
      state[NUMBER] = state[old];
      delete state[old];
    }
  }

  [NUMBER] = 0;
  log = [];
  changed = [];

  // Hooks.

  onConnect() {
    this.log.push("connect");
  }

  onMount({ room }) {
    this.log.push(`mount ${room ?? "-"}`);
  }

  onRehydrate(from) {
    this.log.push(`rehydrate ${from}`);
  }

  onReload(from) {
    this.log.push(`reload ${from}`);
  }

  onRoomJoin(room) {
    this.log.push(`join ${room}`);
  }

  onRoomLeave(room) {
    this.log.push(`leave ${room}`);
  }

  onTimer({ name, payload = null }) {
    this.log.push(`timer ${name} ${JSON.stringify(payload)}`);
  }

  news(data, { room }) {
    this.log.push(`news ${room} ${JSON.stringify(data)}`);
  }

  onAction(name) {
    if (name === "forbidden") throw new Error("Never.");
  }

  onStateChange(keys) {
    if (keys.some((key) => key !== "log")) this.changed = keys.sort();
  }

  onDisconnect() {
    this.bump({ key: "disconnected" });
  }

  onDestroy() {
    this.bump({ key: "destroyed" });
  }

  onUpload({ id, stage, filename }) {
    if (stage === "start") {
      if (filename.endsWith(".png")) throw new Error("No pictures.");
    } else if (stage === "complete") {
      let length = 0;
      for (const bytes of this.context.uploads.pieces(id)) length += bytes.length;
      this.log.push(`upload complete ${length}`);
    } else {
      this.log.push(`upload ${stage}`);
    }
  }

  // Answers and failures.

  echo(payload) {
    return payload;
  }

  nothing() {}

  set({ [NUMBER]: number }) {
    this[NUMBER] = number;
  }

  fail({ message }) {
    this[NUMBER] += 1;
    throw new Error(message);
  }

  deny() {
    throw LiveError.denied("Not you.");
  }

  crash() {
    this[NUMBER] += 1;
    return null.nothing;
  }

  spin() {
    for (;;);
  }

  limited() {}

  admin() {}

  forbidden() {}

  /** Not public. */
  secretly() {}

  // What is kept beside the state.

  remember({ key, value }) {
    this.context.private.set(key, value);
  }

  recall({ key }) {
    return this.context.private.get(key);
  }

  keep({ key, value }) {
    this.context.persistent.set(key, value);
  }

  kept({ key }) {
    return this.context.persistent.get(key);
  }

  bump({ key }) {
    return this.context.persistent.update(key, (number = 0) => number + 1);
  }

  store({ key, text }) {
    this.context.store.set(key, text);
  }

  stored({ key }) {
    return this.context.store.getText(key);
  }

  // Timers and rooms.

  after({ ms, name, payload }) {
    return this.context.timers.after(ms, name, payload);
  }

  every({ ms, name, payload }) {
    return this.context.timers.every(ms, name, payload);
  }

  cancel({ timer }) {
    this.context.timers.cancel(timer);
  }

  join({ room }) {
    this.context.rooms.join(room);
  }

  leave({ room }) {
    this.context.rooms.leave(room);
  }

  emit({ room, event, data }) {
    return this.context.rooms.get(room).emit(event, data);
  }

  roomState({ room }) {
    return this.context.rooms.get(room).state();
  }

  setRoomState({ room, changes }) {
    this.context.rooms.get(room).setState(changes);
  }

  members({ room }) {
    return this.context.rooms.get(room).members().length;
  }

  call({ room, action, payload }) {
    return this.context.rooms.get(room).call(action, payload);
  }

  broadcast({ kind, data }) {
    return this.context.broadcast(kind, data);
  }

  // The world outside.

  async fetch({ url }) {
    const response = await fetch(url);
    return { status: response.status, body: await response.text() };
  }

  session() {
    const { authenticated, userId, roles, label } = this.context.session;
    return { authenticated, userId, roles, label };
  }

  config({ key }) {
    return this.context.config.get(key);
  }

  now() {
    return Date.now();
  }

  random() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  say({ message }) {
    console.log(message);
  }

  binary({ name, text }) {
    this.context.pushBinary(name, text);
  }

  /** The engine has no files, no sockets and no environment to ask for. */
  outside() {
    const environment = Object.keys(globalThis.process?.env ?? {}).length;
    return { files: null, network: null, environment };
  }
}
