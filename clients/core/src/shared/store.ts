// A value, and who is told when there is another. Who subscribes uses it: the first begins it, the last ends it.

import type { Stop } from "@liveside/client";

/**
 * A store ends a moment after its last user has gone: another may come in the same breath, where a page goes on to the
 * next view, and where a framework tries everything twice (React's StrictMode).
 */
const LINGER_MS = 50;

export abstract class Store<T> {
  readonly #listeners = new Set<() => void>();
  #value: T | undefined;
  /** What `#value` was made of is still so. */
  #fresh = false;
  #ending: ReturnType<typeof setTimeout> | undefined;

  // Arrow functions, so that they can be handed on as they are.

  /** The value now: the same object until there is another. */
  readonly get = (): T => {
    // While nobody subscribes, nobody tells of changes either.
    if (!this.#fresh || !this.used) {
      const value = this.read();
      if (!isSame(this.#value, value)) this.#value = value;
      this.#fresh = true;
    }
    return this.#value as T;
  };

  readonly subscribe = (listener: () => void): Stop => {
    // Wrapped, so that the same function can be there twice.
    const own = () => listener();
    clearTimeout(this.#ending);
    this.#ending = undefined;
    if (!this.used) this.begin();
    this.#listeners.add(own);
    // What there is by now is no news.
    this.get();
    return () => {
      if (this.#listeners.delete(own) && !this.used) this.endAfter(LINGER_MS);
    };
  };

  /** Somebody subscribes. */
  protected get used(): boolean {
    return this.#listeners.size > 0;
  }

  /** Makes the value. */
  protected abstract read(): T;

  /** Somebody begins to use it. Called again without an `end` before where somebody came in time. */
  protected abstract begin(): void;

  /** Nobody uses it any more. */
  protected abstract end(): void;

  /** Ends it unless somebody uses it by then. */
  protected endAfter(ms: number): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.end(), ms);
  }

  /** There may be another value. */
  protected changed(): void {
    const before = this.#value;
    this.#fresh = false;
    if (!this.used || this.get() === before) return;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Objects that are made anew are the same where what they hold is. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.is(one[key], other[key]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A store that only follows something else, while somebody looks. */
export class Follower<T> extends Store<T> {
  readonly #read: () => T;
  readonly #follow: (changed: () => void) => Stop[];
  #stops: Stop[] | undefined;

  constructor(read: () => T, follow: (changed: () => void) => Stop[]) {
    super();
    this.#read = read;
    this.#follow = follow;
  }

  protected read(): T {
    return this.#read();
  }

  protected begin(): void {
    this.#stops ??= this.#follow(() => this.changed());
  }

  protected end(): void {
    this.#stops?.forEach((stop) => stop());
    this.#stops = undefined;
  }
}
