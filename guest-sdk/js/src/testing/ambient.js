// The globals of a module, in a test while an event runs.

import { ambient, consoleOver, mathRandom } from "../ambient.js";

/** Puts the daemon's globals in place. Gives what takes them away again. */
export function install() {
  const { Date, console, fetch } = globalThis;
  const { random } = Math;
  // What a component prints is in the daemon's log, and on the screen of who writes the test.
  const both = { ...console, ...consoleOver((level, values) => console[level === "trace" ? "debug" : level](...values)) };
  Object.assign(globalThis, ambient, { console: both });
  Math.random = mathRandom;
  return () => {
    Object.assign(globalThis, { Date, console, fetch });
    Math.random = random;
  };
}
