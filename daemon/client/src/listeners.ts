// Who listens to one thing. A listener that throws is reported and holds up nobody else.

import type { Stop } from "./api.ts";

export class Listeners<Args extends unknown[]> {
  readonly #all = new Set<(...args: Args) => void>();

  get any(): boolean {
    return this.#all.size > 0;
  }

  add(listener: (...args: Args) => void): Stop {
    // Wrapped, so that the same function can be added twice and each `Stop` ends only its own.
    const own = (...args: Args) => listener(...args);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  emit(...args: Args): void {
    // A copy, because a listener may add or remove listeners; one that was removed meanwhile is left out.
    for (const listener of [...this.#all]) {
      if (!this.#all.has(listener)) continue;
      try {
        listener(...args);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

/** Who listens to which of many things, by name. */
export class Topics<Args extends unknown[]> {
  readonly #byName = new Map<string, Listeners<Args>>();

  get names(): string[] {
    return [...this.#byName.keys()];
  }

  add(name: string, listener: (...args: Args) => void): Stop {
    let listeners = this.#byName.get(name);
    if (!listeners) this.#byName.set(name, (listeners = new Listeners()));
    return listeners.add(listener);
  }

  emit(name: string, ...args: Args): void {
    this.#byName.get(name)?.emit(...args);
  }
}
