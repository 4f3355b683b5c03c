// What authors expect of the global scope and QuickJS does not have, or has not of the daemon.

import "fast-text-encoding";
import structuredClone from "@ungap/structured-clone";

import { ambient, mathRandom } from "../ambient.js";
import { Clock, Random } from "../context/sources.js";
import "./jobs.js";

const clock = new Clock();
const random = new Random();

Object.assign(globalThis, ambient);
Math.random = mathRandom;
globalThis.performance = { now: () => clock.monotonic(), timeOrigin: 0 };
globalThis.structuredClone = (value) => structuredClone(value);
globalThis.crypto = {
  getRandomValues(array) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytes.set(random.bytes(bytes.length));
    return array;
  },
  randomUUID: () => random.uuid(),
};
