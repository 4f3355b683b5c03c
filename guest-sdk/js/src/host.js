// The functions of the daemon (wit/*.wit), wherever the code runs: in a module, or in a test.

const TOO_EARLY = new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(
        `\`${String(name)}\` of the daemon is not there yet: the top level of a module and its field defaults run once, ` +
          "when the module is built. Do this in a hook such as `onMount`.",
      );
    },
  },
);

let current = TOO_EARLY;

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
