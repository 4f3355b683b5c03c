// What a module exports: the interface `component` of the WIT, answered from the classes that the author exports.

import * as broadcast from "liveside:component/broadcast@0.1.0";
import * as clock from "liveside:component/clock@0.1.0";
import * as config from "liveside:component/config@0.1.0";
import * as http from "liveside:component/http@0.1.0";
import * as log from "liveside:component/log@0.1.0";
import * as persistent from "liveside:component/persistent@0.1.0";
import * as privateData from "liveside:component/private@0.1.0";
import * as random from "liveside:component/random@0.1.0";
import * as rooms from "liveside:component/rooms@0.1.0";
import * as session from "liveside:component/session@0.1.0";
import * as state from "liveside:component/state@0.1.0";
import * as store from "liveside:component/store@0.1.0";
import * as timers from "liveside:component/timers@0.1.0";
import * as uploads from "liveside:component/uploads@0.1.0";

import { Component } from "../component.js";
import { entryOf } from "../definition.js";
import { failure } from "../errors.js";
import { handle, isThenable } from "../handle.js";
import { useHost } from "../host.js";
import { migrate } from "../migrate.js";
import { drain, settle } from "./jobs.js";

/** The interfaces by the names they have in the WIT. */
export const daemon = {
  broadcast, clock, config, http, log, persistent, private: privateData, random, rooms, session, state, store, timers,
  uploads,
};

/** The exports of a module whose source exports these. Classes that are components are served. */
export function serve(exported) {
  const entries = new Map();
  for (const [key, value] of Object.entries(exported)) {
    if (typeof value !== "function" || !(value.prototype instanceof Component)) continue;
    const entry = entryOf(value, key === "default" ? undefined : key);
    const { name } = entry.definition;
    if (entries.has(name) && entries.get(name) !== entry) throw new Error(`There are two components ${name}: give one another name in its options`);
    entries.set(name, entry);
  }
  if (entries.size === 0) throw new Error("The source exports no class that extends Component");

  const answer = (name, run) => {
    // What ran before, at the top level, ran when the module was built.
    useHost(daemon);
    try {
      const outcome = run(entries.get(name));
      return isThenable(outcome) ? settle(outcome) : outcome;
    } catch (error) {
      throw failure(error);
    } finally {
      drain();
    }
  };
  return {
    describe: () => [...entries.values()].map(({ definition }) => definition),
    handle: (target, event) => answer(target.component, (entry) => handle(entry, target, event)),
    migrate: (component, fromVersion, text) => answer(component, (entry) => migrate(entry, fromVersion, text)),
  };
}
