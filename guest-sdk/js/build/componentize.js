// From a bundle to a module: QuickJS, with the bundle already evaluated in it.

import { componentize } from "componentize-qjs";

import { wit } from "./wit.js";

/** Makes modules. `small` takes the engine that is built for size. */
export function componentizer({ small = false } = {}) {
  const witPath = wit();
  return async (jsSource) => {
    try {
      const options = { witPath, world: "live-component", sync: true, optSize: small, jsSource };
      return (await componentize(options)).component;
    } catch (error) {
      throw new Error(`The source does not run: ${error.message.replace(/^.*module evaluation: /s, "")}`);
    }
  };
}
