// How one event runs, the same in a module and in a test.

import { Context } from "./context.js";
import { LiveError, isBug } from "./errors.js";
import { HOOKS, HOOK_OF, ON_TIMER } from "./hooks.js";
import { host } from "./host.js";
import { open, save } from "./state.js";

/** Whether something is to be waited for. */
export function isThenable(value) {
  return typeof value?.then === "function";
}

/**
 * Runs one event: lays out the state, calls the methods, and hands what they changed to the daemon, also when one of
 * them fails. A bug keeps nothing.
 * @returns {?string | Promise<?string>} The JSON text of the result; a promise if a method is async.
 */
export function handle(entry, target, event) {
  const calls = callsOf(entry, event);
  if (calls.length === 0) return null;
  const object = open(entry, new Context(entry, target));
  return runFrom(0, { entry, calls, object, result: undefined, error: undefined });
}

// Functions and not closures: in an engine that counts references, a closure that knows itself is litter at each event.

/** Calls the methods from this one on. The error of one does not keep the others from running. */
function runFrom(at, run) {
  for (; at < run.calls.length; at++) {
    const { method, args } = run.calls[at];
    try {
      run.result = run.object[method](...args);
    } catch (error) {
      fail(run, error);
    }
    if (isThenable(run.result)) return runAfter(run.result, at + 1, run);
  }
  return end(run);
}

async function runAfter(promise, at, run) {
  try {
    run.result = await promise;
  } catch (error) {
    fail(run, error);
  }
  return runFrom(at, run);
}

function fail(run, error) {
  if (isBug(error)) throw error;
  run.result = undefined;
  run.error ??= error;
}

function end({ object, entry, error, result }) {
  save(object, entry);
  if (error) throw error;
  return result === undefined ? null : (JSON.stringify(result) ?? null);
}

/** The methods that an event calls, with what each is given. */
function callsOf(entry, event) {
  switch (event.tag) {
    case "action":
      return [actionCall(entry, event.val)];
    case "room-events":
      return event.val.flatMap((one) => roomCalls(entry, one));
    case "timer":
      return [timerCall(entry, event.val)];
    default: {
      const method = HOOK_OF[event.tag];
      const there = method && typeof entry.Class.prototype[method] === "function";
      return there ? [{ method, args: HOOKS[method].args(event.val) }] : [];
    }
  }
}

function actionCall({ actions, definition }, { name, payload }) {
  const method = actions.get(name);
  if (method) return { method, args: payload == null ? [] : [JSON.parse(payload)] };
  const hidden = definition.hiddenActions.find((action) => action.name === name)?.advice;
  const advice = name === "setValue" ? ": say `setValue: true` in its options" : hidden ? `: ${hidden}` : "";
  throw new LiveError(`${definition.name} has no public action \`${name}\`${advice}`, "not-callable");
}

function roomCalls({ roomEvents }, { room, event, data }) {
  const wanted = (pattern) => {
    if (pattern === null) return room === host().rooms.defaultRoom();
    return pattern.endsWith("*") ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
  };
  const found = roomEvents.filter((one) => one.event === event && wanted(one.room));
  return found.map(({ method }) => ({ method, args: [JSON.parse(data), { room, event }] }));
}

function timerCall({ timers, definition }, { id, name, payload }) {
  const given = payload == null ? undefined : JSON.parse(payload);
  const method = name === ON_TIMER ? undefined : timers.get(name);
  if (method) return { method, args: [given, { id, name }] };
  if (timers.has(ON_TIMER)) return { method: ON_TIMER, args: [{ id, name, payload: given }] };
  throw new Error(
    `${definition.name} started a timer \`${name}\` but has no method for it: write \`@timer("${name}")\` above one, ` +
      `or \`static timers = { "${name}": "method" }\`, or \`onTimer\``,
  );
}
