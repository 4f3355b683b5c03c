// What the module of a quick build exports: as `index.js`, but the author's source is evaluated at the first call.

import "./globals.js";
import * as sdk from "../index.js";
import { describe } from "../errors.js";
import { useHost } from "../host.js";
import { daemon, serve } from "./index.js";
import { read, reserve } from "./slot.js";

const place = reserve();

/** The names that the author may import. */
export const names = Object.keys(sdk);

/** The exports of a module with this source, the text of a function (build/quick.js). `compile` gives the function. */
export function evaluate(source, compile = eval) {
  const module = { exports: {} };
  compile(source)(hostModule, module, module.exports, sdk);
  return serve(module.exports);
}

function hostModule(name) {
  const found = daemon[/^liveside:component\/(\w+)@/.exec(name)?.[1]];
  if (found) return found;
  throw new Error(`There is no module ${name}`);
}

let served = null;

function component() {
  try {
    return (served ??= evaluate(read(place)));
  } catch (error) {
    // The build has evaluated it as well, in another engine. What only this one refuses is said here.
    useHost(daemon);
    console.error(`The source does not run: ${describe(error)}`);
    throw error;
  }
}

export const exported = {
  describe: () => component().describe(),
  handle: (target, event) => component().handle(target, event),
  migrate: (name, fromVersion, text) => component().migrate(name, fromVersion, text),
};
