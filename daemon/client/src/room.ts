// One room, as one component of this page knows it.
//
// Its state is what the server tells, in the server's order: one's own changes come back like everybody's, so
// that all members end with the same, whoever was first.

import type { EmitOptions, MemberChange, Message, Room as PublicRoom, State, Stop } from "./api.ts";
import { reconnectDelay } from "./backoff.ts";
import type { Component } from "./component.ts";
import type { LiveError } from "./errors.ts";
import { Listeners, Topics } from "./listeners.ts";
import { copyOf } from "./wire.ts";

/** A change of one's own that is not answered yet. */
interface Setting {
  readonly changes: State;
  /** It has come back. */
  told: boolean;
}

export class Room implements PublicRoom {
  readonly name: string;
  /** Joined by the page: it is joined again with every mount. */
  wanted = false;
  readonly #component: Component;
  readonly #events = new Topics<[unknown]>();
  readonly #states = new Listeners<[Readonly<State>]>();
  readonly #members = new Listeners<[MemberChange]>();
  #state: Readonly<State> = Object.freeze({});
  #initialState: State | undefined;
  #joining = 0;
  /** Changes that came while a join is under way: the state in its reply may be from before them. */
  #early: State[] = [];
  readonly #settings = new Set<Setting>();

  constructor(name: string, component: Component) {
    this.name = name;
    this.#component = component;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  async join(initialState?: State): Promise<Readonly<State>> {
    // A copy: it is needed again after a reconnect.
    this.#initialState = initialState && copyOf(initialState);
    await new Promise<void>((resolve, reject) => this.#join((error) => (error ? reject(error) : resolve())));
    return this.#state;
  }

  async leave(): Promise<void> {
    this.wanted = false;
    // The membership belongs to the instance; another handle on it stays in.
    if (this.#component.isShared(this.name)) return;
    await this.#request({ type: "ROOM_LEAVE" }, (error) => {
      this.wanted = false;
      // No member: after a reconnect, for example.
      return error?.code === "ROOM_DENIED" ? null : error;
    });
  }

  async emit(event: string, data?: unknown, { includeSelf, ask = true }: EmitOptions = {}): Promise<any> {
    const message = { type: "ROOM_EMIT", event, data, includeSelf };
    if (!ask) return this.#component.tell({ ...message, roomId: this.name });
    return (await this.#request(message)).count;
  }

  async setState(changes: State): Promise<void> {
    const setting: Setting = { changes: copyOf(changes), told: false };
    this.#settings.add(setting);
    await this.#request({ type: "ROOM_STATE_SET", data: setting.changes, includeSelf: true }, (error, reply) => {
      this.#settings.delete(setting);
      // Who has the reply has the state, also where the reply is ahead of the change. What has come back is not
      // laid over again: somebody else's change may have come after it. `count` 0: it changed nothing.
      if (!error && reply.count && !setting.told) this.#lay(setting.changes);
      return error;
    });
  }

  on(event: string, listener: (data: any) => void): Stop {
    return this.#events.add(event, listener);
  }

  onState(listener: (state: Readonly<State>) => void): Stop {
    if (this.wanted) listener(this.#state);
    return this.#states.add(listener);
  }

  onMembers(listener: (change: MemberChange) => void): Stop {
    return this.#members.add(listener);
  }

  receive({ type, event, data }: Message): void {
    if (type === "ROOM_EVENT") this.#events.emit(event, data);
    else if (type === "ROOM_STATE") this.#changed(data);
    else if (type === "ROOM_SYSTEM") {
      const { subscriberId, count } = data;
      this.#members.emit({ event: event === "$sub:join" ? "join" : "leave", componentId: subscriberId, count });
    }
  }

  /** The component is mounted again; `there` if it is the same, still in its rooms, and only its state may be behind. */
  rejoin(there = false): void {
    if (!this.wanted || !this.#component.connected) return;
    this.#join(
      (error) => {
        // The next mount joins again.
        if (!error || error.code === "CONNECTION_LOST") return;
        if (error.code === "RATE_LIMITED") return void setTimeout(() => this.rejoin(there), reconnectDelay(1));
        if (there) return this.rejoin();
        this.wanted = false;
        this.#component.fail(error);
      },
      there ? { type: "ROOM_STATE_GET" } : undefined,
    );
  }

  #join(done: (error: LiveError | null) => void, message: Message = { type: "ROOM_JOIN", initialState: this.#initialState }): void {
    this.#joining++;
    this.#ask(message, (error, reply) => {
      this.#joining--;
      if (!error) {
        this.wanted = true;
        this.#show(this.#early.reduce(laidOver, reply.state));
      }
      if (!this.#joining) this.#early = [];
      done(error);
    });
  }

  #changed(changes: State): void {
    for (const setting of this.#settings) {
      const own = (key: string) => JSON.stringify(setting.changes[key]) === JSON.stringify(changes[key]);
      setting.told ||= Object.keys(changes).some(own);
    }
    if (this.#joining) this.#early.push(changes);
    this.#lay(changes);
  }

  /** Before it was joined nothing is known that changes could be laid over. */
  #lay(changes: State): void {
    if (this.wanted) this.#show(laidOver(this.#state, changes));
  }

  #show(state: State): void {
    this.#state = Object.freeze(state);
    this.#states.emit(this.#state);
  }

  #ask(message: Message, settle: (error: LiveError | null, reply: Message) => void): void {
    const { type } = message;
    this.#component.outgoing.request({ ...message, roomId: this.name }, { label: `${type} ${this.name}`, settle });
  }

  /** `settle` runs with the reply, before anything that comes after it; what it gives is what the promise rejects with. */
  #request(message: Message, settle = (error: LiveError | null, _reply: Message) => error): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#ask(message, (error, reply) => {
        const failure = settle(error, reply);
        if (failure) reject(failure);
        else resolve(reply);
      });
    });
  }
}

/** Keys that are `null` are gone: so it is on the server. */
function laidOver(state: State, changes: State): State {
  return Object.fromEntries(Object.entries({ ...state, ...changes }).filter(([key, value]) => value !== null || !(key in changes)));
}
