// The newest signed state of one component: in memory, for a connection that was lost, and in the browser's storage,
// for a page that was loaded anew. Nobody here looks into it: the server alone can tell whether it is good.

import type { Message, UseOptions } from "./api.ts";
import { type Place, attempt, hasLocks, takePlace } from "./places.ts";

/** What the server gives out, and takes back once. */
export type Signed = Message["signedState"];

/** The server's own limit by default. */
const MAX_AGE_MS = 24 * 3600 * 1000;

const PREFIX = "liveside-state ";

/** Only what a lock protects may be seen by other tabs. */
const storage = (): Storage => (hasLocks() ? localStorage : sessionStorage);

/** Nobody's storage is filled with what may never be asked for again. */
const MAX_ENTRIES = 200;

// An entry is the time and the JSON, so that nothing long is parsed to find what is old.

const isOld = (entry: string): boolean => !(Date.now() - parseInt(entry) < MAX_AGE_MS);

/** Drops what is too old or too much, also of components that no page uses any more; of one site, everything. */
export function dropStored(site?: string): void {
  attempt(() => {
    const kept = storage();
    const keys = Object.keys(kept).filter((key) => key.startsWith(PREFIX));
    const newestFirst = keys.sort((a, b) => parseInt(kept.getItem(b)!) - parseInt(kept.getItem(a)!));
    newestFirst.forEach((key, rank) => {
      const gone = rank >= MAX_ENTRIES || key.startsWith(`${PREFIX}${site} `) || isOld(kept.getItem(key)!);
      if (gone) kept.removeItem(key);
    });
  });
}

/** What a stored state belongs to. With other props it is another thing, on another page perhaps. */
export function purposeOf(site: string, name: string, { room = "", props = {} }: UseOptions): string {
  // Only told apart by them, not to be read by others: they may be what the server encrypts.
  let hash = 0;
  for (const char of JSON.stringify(props)) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return `${site} ${name} ${room} ${hash}`;
}

export class SignedState {
  /** While it is not known yet what this component has kept. */
  ready: Promise<void> | undefined;
  #value: Signed | undefined;
  #place: Place | undefined;
  #key: string | undefined;
  #ended = false;

  /** `purpose` names what may share a stored state: none is stored without it. */
  constructor(purpose: string | undefined) {
    if (purpose === undefined) return;
    const name = PREFIX + purpose;
    const taken = takePlace(name);
    if (taken instanceof Promise) this.ready = taken.then((place) => this.#settle(name, place));
    else this.#settle(name, taken);
  }

  get value(): Signed | undefined {
    return this.#value;
  }

  /** Keeps a newer one; without one, forgets what was kept. */
  keep(signed: Signed | undefined): void {
    // The same comes more than once, with the mount and beside it, and storing is not free.
    if (this.#ended || signed?.signature === this.#value?.signature) return;
    this.#value = signed;
    attempt(() => {
      if (!this.#key) return;
      if (signed) storage().setItem(this.#key, `${Date.now()} ${JSON.stringify(signed)}`);
      else storage().removeItem(this.#key);
    });
  }

  /** The component is unmounted: nothing is to come back, and the place is free for another. */
  end(): void {
    this.keep(undefined);
    this.#ended = true;
    this.#place?.giveBack();
  }

  #settle(name: string, place: Place | undefined): void {
    this.ready = undefined;
    if (this.#ended) return place?.giveBack();
    this.#place = place;
    if (!place) return;
    this.#key = `${name} ${place.number}`;
    this.#value = attempt(() => {
      const entry = storage().getItem(this.#key!)!;
      return isOld(entry) ? undefined : JSON.parse(entry.slice(entry.indexOf(" ")));
    });
  }
}
