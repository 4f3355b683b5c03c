// The functions of the daemon (wit/*.wit), wherever the code runs: in a module, or in a test.

/** Why something of the daemon is not there yet. */
export const TOO_EARLY =
  "the top level of a module and the defaults of fields run once, when the module is built. " +
  "Do this in a hook such as `onMount`.";

const NOT_YET = new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(`\`${String(name)}\` of the daemon is not there yet: ${TOO_EARLY}`);
    },
  },
);

let current = NOT_YET;

/** The daemon at hand: one object for each interface of the WIT. */
export function host() {
  return current;
}

/** Puts a daemon in place; gives the one that was there. */
export function useHost(next) {
  const before = current;
  current = next;
  return before;
}
