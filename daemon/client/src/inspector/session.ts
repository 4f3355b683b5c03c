// The page's side of `$inspector`: mounted with the key, and told anew what is looked at whenever it was mounted anew.

import type { Client, Live, LiveError, Stop } from "../api.ts";
import type { CallOutcome, InspectorEvent, InspectorState, Json, JsonObject, News, TableName } from "./contract.ts";

/** What is looked at closely. */
export type Target = { instance: string } | { room: string };

/** `refused`: the daemon wants another key. `failed`: there is nothing to look at, as in a daemon without an inspector. */
export type Phase = "connecting" | "open" | "lost" | "refused" | "failed";

export interface SessionEvents {
  /** Anything that shows. */
  changed(): void;
  news(news: News): void;
  /** The last events of what is looked at. `again`: it was looked at before the connection was lost. */
  known(events: InspectorEvent[], again: boolean): void;
  /** It is mounted, with what is looked at as before; `again` if it was mounted before. */
  ready(again: boolean): void;
}

type Actions = Record<string, (payload?: unknown) => Promise<unknown>>;

export class Session {
  readonly #client: Client;
  readonly #events: SessionEvents;
  /** None before `start`. */
  #handle: Live<InspectorState, Actions> | undefined;
  #stops: Stop[] = [];
  #wasReady = false;
  readonly #filters = new Map<TableName, string>();
  #target: Target | null = null;
  #reveal = false;
  #tail: { on: boolean; component?: string } = { on: false };
  /** Why what was asked to be looked at is not. */
  targetProblem: string | null = null;

  constructor(client: Client, events: SessionEvents) {
    this.#client = client;
    this.#events = events;
  }

  /** Mounts, or mounts again with another key. */
  start(key: string | null): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#handle?.unmount();
    this.#mount(key);
    this.#events.changed();
  }

  get phase(): Phase {
    if (this.#connected) return "open";
    const { status } = this.#client.connection;
    if (status === "open" && this.refusal) return this.refusal.code === "AUTH_DENIED" ? "refused" : "failed";
    return this.#wasReady || status === "reconnecting" ? "lost" : "connecting";
  }

  /** Why it is not mounted, where the daemon has said so. */
  get refusal(): LiveError | null {
    return this.#connected ? null : (this.#handle?.$error ?? null);
  }

  /** The last that was told; null before that. */
  get state(): Readonly<InspectorState> | null {
    const state = this.#handle?.state;
    return state?.daemon ? state : null;
  }

  get target(): Target | null {
    return this.#target;
  }

  get reveals(): boolean {
    return this.#reveal;
  }

  filter(table: TableName, text: string): void {
    if ((this.#filters.get(table) ?? "") === text) return;
    this.#filters.set(table, text);
    this.#tell("filter", { table, text });
  }

  select(target: Target | null): void {
    if (isSame(this.#target, target)) return;
    this.#target = target;
    // Private data of one is not asked for by having asked for another's.
    if (this.#reveal) this.reveal(false);
    this.targetProblem = null;
    if (this.#connected) void this.#sendTarget(false);
  }

  /** Asks once more for what could not be looked at. */
  selectAgain(): void {
    this.targetProblem = null;
    if (this.#connected) void this.#sendTarget(true);
  }

  reveal(on: boolean): void {
    this.#reveal = on;
    this.#tell("reveal", { private: on });
  }

  tail(on: boolean, component?: string): void {
    const same = on === this.#tail.on && component === this.#tail.component;
    this.#tail = { on, ...(component && { component }) };
    if (!same) this.#tell("tail", this.#tail);
  }

  call(instance: string, action: string, payload: Json | undefined): Promise<CallOutcome> {
    return this.#handle!.call("call", { instance, action, ...(payload !== undefined && { payload }) });
  }

  edit(instance: string, changes: JsonObject): Promise<void> {
    return this.#handle!.call("edit", { instance, changes });
  }

  travel(instance: string, seq: number): Promise<void> {
    return this.#handle!.call("travel", { instance, seq });
  }

  #mount(key: string | null): void {
    const handle = this.#client.use<InspectorState, Actions>("$inspector", { props: key === null ? {} : { key } });
    this.#handle = handle;
    this.#stops.push(
      this.#client.connection.onStatus(() => this.#events.changed()),
      handle.subscribe(() => this.#events.changed()),
      handle.subscribe("$error", () => this.#events.changed()),
      handle.subscribe("news", (news) => news && this.#events.news(news)),
      handle.subscribe("$connected", (connected) => {
        if (connected) this.#restore();
        this.#events.changed();
      }),
    );
  }

  get #connected(): boolean {
    return this.#handle?.$connected ?? false;
  }

  /** A mount begins with no filter, nothing selected and nothing followed. */
  #restore(): void {
    const again = this.#wasReady;
    this.#wasReady = true;
    for (const [table, text] of this.#filters) if (text) this.#tell("filter", { table, text });
    if (this.#target) void this.#sendTarget(again);
    if (this.#reveal) this.#tell("reveal", { private: true });
    if (this.#tail.on) this.#tell("tail", this.#tail);
    this.#events.ready(again);
  }

  async #sendTarget(again: boolean): Promise<void> {
    const target = this.#target;
    try {
      const { events } = await this.#handle!.call("select", target ?? {});
      if (target && target === this.#target) this.#events.known(events, again);
    } catch (error) {
      if (target === this.#target) this.targetProblem = (error as LiveError).message;
    }
    this.#events.changed();
  }

  /** What the next mount makes good where it does not arrive. */
  #tell(action: string, payload: unknown): void {
    if (this.#connected) this.#handle!.call(action, payload).catch(() => this.#events.changed());
  }
}

function isSame(a: Target | null, b: Target | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
