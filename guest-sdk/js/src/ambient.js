// The globals that authors expect, over the daemon's clock, chance, log and HTTP. In a module they are in place for
// good (module/globals.js), in a test while an event runs.

import { Http } from "./context/http.js";
import { Clock, Random } from "./context/sources.js";
import { describe } from "./errors.js";
import { host } from "./host.js";

const clock = new Clock();
const random = new Random();

/** The engine's Date, with the daemon's time where it means now. */
class DaemonDate extends Date {
  constructor(...args) {
    if (args.length === 0) super(clock.now());
    else super(...args);
  }

  static now() {
    return clock.now();
  }
}

Object.defineProperty(DaemonDate, "name", { value: "Date" });

/** For `globalThis`. `Date()` without `new` gives text, which no class can. */
export const ambient = {
  Date: new Proxy(DaemonDate, { apply: () => new DaemonDate().toString() }),
  console: consoleOver(() => {}),
  fetch,
};

DaemonDate.prototype.constructor = ambient.Date;

/** For `Math.random`. */
export function mathRandom() {
  return random.number();
}

/** A console that writes to the daemon's log, and hands every line to `also`. */
export function consoleOver(also) {
  const write = (level) => (...values) => {
    host().log.log(level, values.map(shown).join(" "));
    also(level, values);
  };
  const levels = { trace: "trace", debug: "debug", log: "info", info: "info", warn: "warn", error: "error" };
  return Object.fromEntries(Object.entries(levels).map(([method, level]) => [method, write(level)]));
}

function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return describe(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** As in a browser, in form: the answer is there at once, and awaiting it takes no time. */
async function fetch(url, { method, headers, body } = {}) {
  const response = new Http().fetch(url, { method: method ?? "GET", headers, body });
  const { status, ok, bytes } = response;
  return {
    status,
    ok,
    headers: { get: (name) => response.headers[String(name).toLowerCase()] ?? null },
    text: async () => response.text(),
    json: async () => response.json(),
    arrayBuffer: async () => bytes.slice().buffer,
  };
}
