// What a component cannot know of itself: configuration, time and chance; and the log.

import { HostError } from "../errors.js";
import { host } from "../host.js";

/** Values and secrets that the daemon's configuration grants the component. */
export class Config {
  /** A value, or null. */
  get(key) {
    return host().config.get(key) ?? null;
  }

  /** A value that must be there. */
  require(key) {
    const value = this.get(key);
    if (value !== null) return value;
    throw new HostError(`The configuration of this component has no \`${key}\``, "not-available");
  }
}

/** Lines in the daemon's log. `console` writes there as well. */
export class Log {
  trace(message) {
    host().log.log("trace", String(message));
  }

  debug(message) {
    host().log.log("debug", String(message));
  }

  info(message) {
    host().log.log("info", String(message));
  }

  warn(message) {
    host().log.log("warn", String(message));
  }

  error(message) {
    host().log.log("error", String(message));
  }
}

/** The daemon's time. `Date` and `performance` ask it as well. */
export class Clock {
  /** Milliseconds since the Unix epoch. */
  now() {
    return host().clock.now();
  }

  /** Milliseconds, with fractions, from an arbitrary start: for measuring. */
  monotonic() {
    return host().clock.monotonic() / 1e6;
  }
}

/** The daemon's chance, fit for keys. `Math.random` and `crypto` ask it as well. */
export class Random {
  /** At most 65,536 bytes. */
  bytes(length) {
    return Uint8Array.from(host().random.getBytes(length));
  }

  /** From 0 up to, and without, 1. */
  number() {
    const view = new DataView(this.bytes(8).buffer);
    return (view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11)) / 2 ** 53;
  }

  /** A whole number from 0 up to, and without, the limit. */
  below(limit) {
    return Math.floor(this.number() * limit);
  }

  /** A UUID of version 4. */
  uuid() {
    const bytes = this.bytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
}
