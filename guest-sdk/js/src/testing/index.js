// Testing a component with `node --test`, without a daemon. What an author's code runs through is the same as in a
// module; a harness takes the daemon's place.
//
// Access rules are enforced; rate limits and schemas are not: those are the daemon's alone.

import { entryOf } from "../definition.js";
import { isThenable } from "../handle.js";
import { migrate as migrateState } from "../migrate.js";
import { Harness } from "./harness.js";

export { Harness };

/** Mounts a component: access rule, defaults, props, `onConnect`, `onMount`. */
export function mount(Class, options = {}) {
  const harness = new Harness(Class, options);
  if (isThenable(harness.mounted)) {
    throw new Error(`A hook of ${Class.name} is async: write \`await mountAsync(${Class.name}, ..)\``);
  }
  return harness;
}

/** As `mount`, for components whose hooks are async. */
export async function mountAsync(Class, options = {}) {
  const harness = new Harness(Class, options);
  await harness.mounted;
  return harness;
}

/** The state of another version after `static migrate`, with the defaults of new keys. */
export function migrate(Class, fromVersion, state) {
  const entry = entryOf(Class);
  return { ...JSON.parse(entry.definition.defaultState), ...JSON.parse(migrateState(entry, fromVersion, JSON.stringify(state))) };
}
