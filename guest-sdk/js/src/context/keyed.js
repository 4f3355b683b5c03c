// The two maps beside the state: private data of a mount, and what all mounts of a component share.

import { HostError, ask } from "../errors.js";
import { host } from "../host.js";
import { jsonOrNull, parse } from "./codec.js";

/** How often an update starts over because others wrote in between. */
const TRIES = 1000;

/** Data of this mount that no browser sees. It belongs to the event's transaction, as the state does. */
export class Private {
  /** The value under a key; `undefined` if there is none. */
  get(key) {
    return parse(host().private.get(key));
  }

  set(key, value) {
    ask(host().private.set, key, jsonOrNull(value));
  }

  delete(key) {
    host().private.delete(key);
  }
}

/**
 * One map for all mounts of the component. A write is seen by everybody at once and stays, even if the event fails
 * later. Use `update` where several mounts may write the same key.
 */
export class Persistent {
  /** The value under a key; `undefined` if there is none. */
  get(key) {
    return parse(host().persistent.get(key));
  }

  set(key, value) {
    ask(host().persistent.set, key, jsonOrNull(value));
  }

  delete(key) {
    host().persistent.delete(key);
  }

  /**
   * Changes the value under a key so that no other mount's change is lost: `update("mounts", (n = 0) => n + 1)`.
   * Gives the new value; `undefined` removes the key. `change` runs again if somebody wrote meanwhile.
   */
  update(key, change) {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const old = host().persistent.get(key) ?? null;
      const value = change(parse(old));
      const text = value === undefined ? null : jsonOrNull(value);
      if (ask(host().persistent.compareAndSet, key, old, text)) return value;
    }
    throw new HostError(`The persistent \`${key}\` is written by too many at once`, "failed");
  }

  /** Writes `value` if the key still holds `expected`; for either, `undefined` is no value. Gives whether it did. */
  compareAndSet(key, expected, value) {
    const old = host().persistent.get(key) ?? null;
    const same = expected === undefined ? old === null : old !== null && jsonOrNull(parse(old)) === jsonOrNull(expected);
    return same && ask(host().persistent.compareAndSet, key, old, value === undefined ? null : jsonOrNull(value));
  }
}
