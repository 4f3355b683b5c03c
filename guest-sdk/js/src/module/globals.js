// What authors expect of the global scope, over the daemon's clock, chance, log and HTTP.

import "fast-text-encoding";
import structuredClone from "@ungap/structured-clone";

import { Clock, Random } from "../context/sources.js";
import { Http } from "../context/http.js";
import { describe } from "../errors.js";
import { host } from "../host.js";
import "./jobs.js";

const clock = new Clock();
const random = new Random();

const EngineDate = globalThis.Date;

/** The engine's Date, with the daemon's time where it means now. */
class DaemonDate extends EngineDate {
  constructor(...args) {
    if (args.length === 0) super(clock.now());
    else super(...args);
  }

  static now() {
    return clock.now();
  }
}

// `Date()` without `new` gives text, which no class can.
globalThis.Date = new Proxy(DaemonDate, { apply: () => new DaemonDate().toString() });
Object.defineProperty(DaemonDate, "name", { value: "Date" });
DaemonDate.prototype.constructor = globalThis.Date;

Math.random = () => random.number();
globalThis.performance = { now: () => clock.monotonic(), timeOrigin: 0 };

globalThis.crypto = {
  getRandomValues(array) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytes.set(random.bytes(bytes.length));
    return array;
  },
  randomUUID: () => random.uuid(),
};

globalThis.structuredClone = (value) => structuredClone(value);

const write = (level) => (...values) => host().log.log(level, values.map(shown).join(" "));
globalThis.console = {
  trace: write("trace"),
  debug: write("debug"),
  log: write("info"),
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
};

function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return describe(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** As in a browser, in form: the answer is there at once, and awaiting it costs nothing. */
globalThis.fetch = async (url, { method, headers, body, timeoutMs } = {}) => {
  const response = new Http().fetch(url, { method: method ?? "GET", headers, body, timeoutMs });
  const { status, ok, bytes } = response;
  return {
    status,
    ok,
    headers: { get: (name) => response.headers[String(name).toLowerCase()] ?? null },
    text: async () => response.text(),
    json: async () => response.json(),
    arrayBuffer: async () => bytes.buffer,
  };
};
