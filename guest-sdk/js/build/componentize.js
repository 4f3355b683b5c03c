// From a bundle to a module: QuickJS, with the bundle already evaluated in it.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { componentize } from "componentize-qjs";

const WIT = ["../wit", "../../../wit"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Makes modules. `small` takes the engine that is built for size. */
export function componentizer({ small = false } = {}) {
  const witPath = WIT.find(existsSync);
  if (!witPath) throw new Error(`The WIT is not there: expected at ${WIT.join(" or ")}`);
  return async (jsSource) => {
    try {
      const options = { witPath, world: "live-component", sync: true, optSize: small, jsSource };
      return (await componentize(options)).component;
    } catch (error) {
      throw new Error(`The source does not run: ${error.message.replace(/^.*module evaluation: /s, "")}`);
    }
  };
}
