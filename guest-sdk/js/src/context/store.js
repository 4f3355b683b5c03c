// The store: a map of bytes that all mounts of the component share, saved where the daemon has a data directory.

import { ask } from "../errors.js";
import { host } from "../host.js";
import { decode, encode } from "./codec.js";

/** Keys of 1 to 512 bytes, values of bytes. It is outside the event's transaction. */
export class Store {
  /** Bytes, or null. */
  get(key) {
    const bytes = ask(host().store.get, key);
    return bytes == null ? null : Uint8Array.from(bytes);
  }

  /** UTF-8 text, or null. */
  getText(key) {
    const bytes = this.get(key);
    return bytes && decode(bytes);
  }

  /** Writes bytes or text. With `expiresAfterMs` the key is gone so long from now. */
  set(key, value, { expiresAfterMs = null } = {}) {
    ask(host().store.set, key, encode(value), expiresAfterMs);
  }

  delete(key) {
    ask(host().store.delete, key);
  }

  /** Entries whose key begins with `prefix`, in the order of their keys: `{ entries: [{ key, value }], more }`. */
  scan(prefix = "", { limit = 100, after = null } = {}) {
    const { entries, more } = ask(host().store.scan, prefix, limit, after);
    return { entries: entries.map(({ key, value }) => ({ key, value: Uint8Array.from(value) })), more };
  }

  /** Writes `value` if the key still holds `expected`; for either, null is no value. Gives whether it did. */
  compareAndSwap(key, expected, value, { expiresAfterMs = null } = {}) {
    const bytes = (given) => (given == null ? null : encode(given));
    return ask(host().store.compareAndSwap, key, bytes(expected), bytes(value), expiresAfterMs);
  }

  /** Waits until everything that was written before is saved. */
  flush() {
    ask(host().store.flush);
  }
}
