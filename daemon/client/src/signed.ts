// The newest signed state of one component: in memory, for a connection that was lost, and in the browser's storage,
// for a page that was loaded anew. Nobody here looks into it: the server alone can tell whether it is good.

import type { Message } from "./api.ts";
import { type Place, attempt, hasLocks, takePlace } from "./places.ts";

/** What the server gives out, and takes back once. */
export type Signed = Message["signedState"];

/** The server's own limit by default. */
const MAX_AGE_MS = 24 * 3600 * 1000;

const PREFIX = "liveside-state ";

/** Only what a lock protects may be seen by other tabs. */
const storage = (): Storage => (hasLocks() ? localStorage : sessionStorage);

/** Drops what is too old, also of components that no page uses any more; of one site, everything. */
export function dropStored(site?: string): void {
  attempt(() => {
    for (const key of Object.keys(storage())) {
      if (!key.startsWith(PREFIX)) continue;
      if (key.startsWith(`${PREFIX}${site} `)) storage().removeItem(key);
      else read(key);
    }
  });
}

/** An entry is the time and the JSON, so that nothing long is parsed to find what is old. */
function read(key: string): string | undefined {
  const [time = "", json] = /^(\d+) (.*)$/s.exec(storage().getItem(key) ?? "")?.slice(1) ?? [];
  if (Date.now() - Number(time) < MAX_AGE_MS) return json;
  storage().removeItem(key);
  return undefined;
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
    this.#value = attempt(() => JSON.parse(read(this.#key!)!));
  }
}
