// A chat over a room: components/js/chat, with types and decorators.

import { Component, action, component, roomEvent } from "@liveside/component";

/** How many messages a room keeps. */
const HISTORY = 50;
/** In characters. */
const LONGEST_TEXT = 500;

interface Message {
  id: number;
  user: string;
  text: string;
}

/** What the persistent map has of a room. */
interface History {
  /** The id of the next message. */
  next: number;
  messages: Message[];
}

@component({ name: "TsChat", version: "1.0.0", props: "none" })
export class Chat extends Component {
  /** The newest at the end. */
  messages: Message[] = [];
  members = 0;

  onMount(): void {
    this.read();
    this.count();
    this.#tellMembers();
  }

  /** The room has gone on meanwhile. */
  onRehydrate(): void {
    this.onMount();
  }

  onDestroy(): void {
    this.#tellMembers();
  }

  @action
  send({ text }: { text?: string } = {}): { id: number } {
    const said = checked(text);
    const { persistent, session, private: mine, room } = this.context;
    const user = session.userId ?? session.label ?? "guest";
    const history = persistent.update<History>(this.#key, ({ next, messages } = { next: 1, messages: [] }) => ({
      next: next + 1,
      messages: [...messages, { id: next, user, text: said }].slice(-HISTORY),
    }));
    const id = history.next - 1;
    this.read();
    room?.emit("MESSAGE", { id });
    mine.set("sent", (mine.get<number>("sent") ?? 0) + 1);
    return { id };
  }

  /** How many messages one has sent. */
  @action
  mine(): { sent: number } {
    return { sent: this.context.private.get<number>("sent") ?? 0 };
  }

  @roomEvent("MESSAGE")
  read(): void {
    this.messages = this.context.persistent.get<History>(this.#key)?.messages ?? [];
  }

  @roomEvent("MEMBERS")
  count(): void {
    this.members = this.context.room?.count() ?? 1;
  }

  get #key(): string {
    return `chat:${this.context.room?.name ?? ""}`;
  }

  #tellMembers(): void {
    this.context.room?.emit("MEMBERS", {});
  }
}

function checked(text: unknown): string {
  const said = String(text ?? "").trim();
  if (said === "") throw new Error("Say something first.");
  if ([...said].length > LONGEST_TEXT) throw new Error(`Please use at most ${LONGEST_TEXT} characters.`);
  return said;
}
