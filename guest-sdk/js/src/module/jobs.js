// Promises that are settled within the event. The engine has no way to run what waits when a call is over, so the
// build turns `async` functions into ones that use the Promise below, whose jobs are run here.

// The Promise keeps `setTimeout` when it is loaded, and never calls it.
import "./set-timeout.js";

import Promise from "promise-polyfill";

const jobs = [];

Promise._immediateFn = (job) => jobs.push(job);
Promise._unhandledRejectionFn = (error) => console.error("A promise was rejected and nobody listened:", error);
globalThis.Promise = Promise;
globalThis.queueMicrotask = (job) => void Promise.resolve().then(() => job());

/** Runs what waits. */
export function drain() {
  for (let at = 0; at < jobs.length; at++) jobs[at]();
  jobs.length = 0;
}

/** The value of a promise, or its error. */
export function settle(promise) {
  let outcome;
  promise.then(
    (value) => void (outcome = { value }),
    (error) => void (outcome = { error }),
  );
  drain();
  if (!outcome) {
    throw new TypeError(
      "An async method waits for what never comes: nothing happens here when the event is over. " +
        "For later, start a timer: `this.context.timers.after(ms, name)`",
    );
  }
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
