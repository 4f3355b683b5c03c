// A chat over a room. What was said is in the persistent map, where no two who speak at once can lose a message; room
// events only say that there is something new.

import { Component } from "@liveside/component";

/** How many messages a room keeps. */
const HISTORY = 50;
/** In characters. */
const LONGEST_TEXT = 500;

export class JsChat extends Component {
  static options = { version: "1.0.0", props: "none" };
  static actions = ["send", "mine"];
  static roomEvents = { MESSAGE: "read", MEMBERS: "count" };

  /** `{ id, user, text }`, the newest at the end. */
  messages = [];
  members = 0;

  onMount() {
    this.read();
    this.count();
    this.#tellMembers();
  }

  /** The room has gone on meanwhile. */
  onRehydrate() {
    this.onMount();
  }

  onDestroy() {
    this.#tellMembers();
  }

  send({ text } = {}) {
    const said = this.#checked(text);
    const { persistent, session, private: mine, room } = this.context;
    const user = session.userId ?? session.label ?? "guest";
    const { next } = persistent.update(this.#key, ({ next = 1, messages = [] } = {}) => ({
      next: next + 1,
      messages: [...messages, { id: next, user, text: said }].slice(-HISTORY),
    }));
    const id = next - 1;
    this.read();
    room?.emit("MESSAGE", { id });
    mine.set("sent", (mine.get("sent") ?? 0) + 1);
    return { id };
  }

  /** How many messages one has sent. */
  mine() {
    return { sent: this.context.private.get("sent") ?? 0 };
  }

  read() {
    this.messages = this.context.persistent.get(this.#key)?.messages ?? [];
  }

  count() {
    this.members = this.context.room?.count() ?? 1;
  }

  get #key() {
    return `chat:${this.context.room?.name ?? ""}`;
  }

  #checked(text) {
    const said = String(text ?? "").trim();
    if (said === "") throw new Error("Say something first.");
    if ([...said].length > LONGEST_TEXT) throw new Error(`Please use at most ${LONGEST_TEXT} characters.`);
    return said;
  }

  #tellMembers() {
    const { room } = this.context;
    room?.emit("MEMBERS", {});
  }
}
