// What is kept of something while its panel is open, and of everything while it is followed.

import type { InspectorEvent, InspectorState, News } from "./contract.ts";
import { isRoomEvent } from "./contract.ts";
import { EventList } from "./events.ts";
import { CallForm, EditForm } from "./forms.ts";
import type { Session } from "./session.ts";
import { Travel } from "./travel.ts";
import { Tree } from "./tree.ts";

/** A list of events, and which of them are open to be read. */
export class EventLog {
  readonly list = new EventList();
  readonly open = new Set<string>();

  toggle(key: string): void {
    if (!this.open.delete(key)) this.open.add(key);
  }
}

export class InstancePanel {
  readonly id: string;
  readonly state = new Tree();
  readonly private = new Tree();
  readonly log = new EventLog();
  readonly travel = new Travel();
  readonly call: CallForm;
  edit: EditForm | undefined;
  /** The stop that the slider is held over, before it is let go. */
  aim: number | undefined;
  travelProblem: string | undefined;
  readonly #session: Session;
  readonly #changed: () => void;

  constructor(id: string, session: Session, changed: () => void) {
    this.id = id;
    this.#session = session;
    this.#changed = changed;
    this.call = new CallForm((action, payload) => session.call(id, action, payload), changed);
  }

  update({ selected }: InspectorState): void {
    if (selected?.kind !== "instance" || selected.id !== this.id) return;
    this.state.update(selected.state ?? undefined);
    this.private.update(selected.private ?? undefined);
    if (!selected.actions.includes(this.call.action)) this.call.action = selected.actions[0] ?? "";
  }

  news({ events, lost }: News): void {
    const mine = events.filter((event) => !isRoomEvent(event) && event.instance === this.id);
    this.log.list.add(mine, lost);
    this.travel.happened(mine);
  }

  known(events: InspectorEvent[], again: boolean): void {
    if (again) this.log.list.restore(events);
    else this.log.list.add(events);
  }

  startEdit(key: string): void {
    const value = (this.state.value as Record<string, never>)[key]!;
    this.edit = new EditForm(key, value, (changes) => this.#session.edit(this.id, changes), this.#changed);
  }

  async travelTo(seq: number): Promise<void> {
    this.aim = undefined;
    this.travelProblem = undefined;
    // At once: the next step may be taken before this one is answered.
    const goBack = this.travel.go(seq);
    this.#changed();
    try {
      await this.#session.travel(this.id, seq);
    } catch (error) {
      goBack();
      this.travelProblem = (error as Error).message;
    }
    this.#changed();
  }
}

export class RoomPanel {
  readonly name: string;
  readonly state = new Tree();
  readonly log = new EventLog();

  constructor(name: string) {
    this.name = name;
  }

  update({ selected }: InspectorState): void {
    if (selected?.kind === "room" && selected.name === this.name) this.state.update(selected.state ?? undefined);
  }

  news({ events, lost }: News): void {
    this.log.list.add(
      events.filter((event) => isRoomEvent(event) && event.room === this.name),
      lost,
    );
  }

  known(events: InspectorEvent[], again: boolean): void {
    if (again) this.log.list.restore(events);
    else this.log.list.add(events);
  }
}

export class Tail {
  readonly log = new EventLog();
  /** Only of this component; empty: of all. */
  component = "";

  news({ events, lost }: News): void {
    this.log.list.add(events, lost);
  }
}
