// Events in the future.

import { ask } from "../errors.js";
import { host } from "../host.js";
import { jsonOrNothing } from "./codec.js";

/** A timer belongs to the mount: it survives hot swaps and ends with the mount. */
export class Timers {
  /** One timer event, so many milliseconds from now. Gives the timer's id. */
  after(ms, name, payload) {
    return ask(host().timers.after, ms, name, jsonOrNothing(payload));
  }

  /** A timer event every so many milliseconds. Gives the timer's id. */
  every(ms, name, payload) {
    return ask(host().timers.every, ms, name, jsonOrNothing(payload));
  }

  /** No error if it has fired or is not there. */
  cancel(timer) {
    host().timers.cancel(timer);
  }
}
