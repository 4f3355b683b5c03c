// What the page shows of one component: three layers, the upper hiding the lower key by key.
//
//   drafts   typed into a field, not sent yet
//   sets     sent or about to be, not answered yet, oldest first
//   server   the last that the server said
//
// Nothing is ever undone by computing backwards: a set that is refused leaves its layer, and what is
// below shows. So it does not matter how sets, deltas and refusals interleave. A set that is accepted
// leaves as well: the protocol pushes the change before the reply, so the server layer has it by then.

import type { State } from "./api.ts";

/** What was typed, and whether only `sync()` may send it. */
interface Draft {
  readonly value: unknown;
  readonly manual: boolean;
}

/** One optimistic set in flight. */
export interface PendingSet {
  readonly key: string;
  readonly value: unknown;
  /** It was typed: `manual` as in the draft that it was. */
  readonly typed?: { readonly manual: boolean } | undefined;
}

export class Layers {
  #server: State = {};
  #sets: PendingSet[] = [];
  readonly #drafts = new Map<string, Draft>();
  #view: Readonly<State> = Object.freeze({});
  #unsaved: readonly string[] = [];

  /** All layers together. A new object after every change, and only then. */
  get view(): Readonly<State> {
    return this.#view;
  }

  /** The keys that have a draft or a set. */
  get unsaved(): readonly string[] {
    return this.#unsaved;
  }

  // Each of these returns the keys whose shown value changed; `$unsaved` if that has.

  /** What is the same as before stays the same object: the server tells all of it again now and then. */
  replace(state: State): string[] {
    const before = this.#server;
    const kept = ([key, value]: [string, unknown]) => [key, JSON.stringify(before[key]) === JSON.stringify(value) ? before[key] : value];
    this.#server = Object.fromEntries(Object.entries(state).map(kept));
    return this.#show();
  }

  merge(delta: State): string[] {
    this.#server = { ...this.#server, ...delta };
    return this.#show();
  }

  add(set: PendingSet): string[] {
    this.#sets.push(set);
    return this.#show();
  }

  remove(set: PendingSet): string[] {
    this.#sets = this.#sets.filter((other) => other !== set);
    return this.#show();
  }

  /** A typed one that may not have reached the server is a draft again, unless there is something newer. */
  giveBack(set: PendingSet): string[] {
    const { key, value, typed } = set;
    const newest = this.#sets.filter((other) => other.key === key).at(-1) === set;
    if (typed && newest && !this.#drafts.has(key)) this.#drafts.set(key, { value, manual: typed.manual });
    return this.remove(set);
  }

  draft(key: string, value: unknown, manual: boolean): string[] {
    this.#drafts.set(key, { value, manual });
    return this.#show();
  }

  revert(key: string): string[] {
    this.#drafts.delete(key);
    return this.#show();
  }

  /** The keys that have a draft; without the manual ones unless asked for. */
  drafts(manualToo: boolean): string[] {
    return [...this.#drafts].filter(([, { manual }]) => manualToo || !manual).map(([key]) => key);
  }

  /** Takes a draft out to send it. The caller sets its value in the same breath, so what is shown stays. */
  takeDraft(key: string): PendingSet | undefined {
    const draft = this.#drafts.get(key);
    this.#drafts.delete(key);
    return draft && { key, value: draft.value, typed: draft };
  }

  #show(): string[] {
    const before = this.#view;
    const after: State = { ...this.#server };
    for (const { key, value } of this.#sets) after[key] = value;
    for (const [key, { value }] of this.#drafts) after[key] = value;
    const changed = Object.keys({ ...before, ...after }).filter((key) => !Object.is(before[key], after[key]));
    if (changed.length > 0) this.#view = Object.freeze(after);
    const unsaved = [...new Set([...this.#sets.map(({ key }) => key), ...this.#drafts.keys()])];
    if (`${unsaved}` !== `${this.#unsaved}`) {
      this.#unsaved = Object.freeze(unsaved);
      changed.push("$unsaved");
    }
    return changed;
  }
}
