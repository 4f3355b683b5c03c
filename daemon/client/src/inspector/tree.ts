// A JSON value that is looked at while it changes: which of its parts are open, and which have just changed.

import type { Json } from "./contract.ts";
import { changedPaths } from "./json.ts";

/** Parts of one list or object that are shown before one asks for more. */
export const SHOWN_AT_FIRST = 100;

export class Tree {
  value: Json | undefined;
  /** What somebody opened or closed; the rest is open by its depth. */
  readonly #open = new Map<string, boolean>();
  readonly #openDepth: number;
  readonly #all = new Set<string>();
  /** By path, the change it was last part of. */
  readonly #own = new Map<string, number>();
  /** The same of what something changed inside of. */
  readonly #inside = new Map<string, number>();
  #change = 0;

  constructor(openDepth = 1, value?: Json) {
    this.#openDepth = openDepth;
    this.value = value;
  }

  /** Takes the value as it is now. The first one that it gets has not changed. */
  update(value: Json | undefined): void {
    const before = this.value;
    if (before === value) return;
    this.value = value;
    if (before === undefined || value === undefined) return this.#forget();
    const changed = changedPaths(before, value);
    if (changed.length === 0) return;
    this.#change += 1;
    for (const path of changed) {
      this.#own.set(path, this.#change);
      for (let end = path.lastIndexOf("/"); end >= 0; end = path.lastIndexOf("/", end - 1)) {
        this.#inside.set(path.slice(0, end), this.#change);
        if (end === 0) break;
      }
    }
  }

  isOpen(path: string, depth: number): boolean {
    return this.#open.get(path) ?? depth < this.#openDepth;
  }

  toggle(path: string, depth: number): void {
    this.#open.set(path, !this.isOpen(path, depth));
    // What is drawn anew would flash again.
    this.#forget();
  }

  /**
   * 0: has not changed. Otherwise 1 and 2 by turns, so that what changes twice can flash twice. What is closed flashes
   * for what is inside of it.
   */
  flash(path: string, closed: boolean): 0 | 1 | 2 {
    const inside = closed ? (this.#inside.get(path) ?? 0) : 0;
    const change = Math.max(this.#own.get(path) ?? 0, inside);
    return change === 0 ? 0 : change % 2 === 0 ? 2 : 1;
  }

  showsAll(path: string): boolean {
    return this.#all.has(path);
  }

  showAll(path: string): void {
    this.#all.add(path);
    this.#forget();
  }

  #forget(): void {
    this.#own.clear();
    this.#inside.clear();
  }
}
