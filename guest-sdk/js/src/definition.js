// Reads a class: what the daemon has to know of it, and which method each event calls.

import { Component } from "./component.js";
import { marksOf } from "./decorators.js";
import { HOOKS, ON_TIMER, looksLikeHook } from "./hooks.js";
import { readAction, readOptions, refuse } from "./options.js";
import { defaultsOf, layoutOf } from "./state.js";

/**
 * A class that has been read.
 * @typedef {object} Entry
 * @property {typeof Component} Class
 * @property {object} definition The record `definition` of wit/component.wit.
 * @property {object} defaults The state of a new mount.
 * @property {PropertyDescriptorMap} layout How the fields are laid out; see `state.js`.
 * @property {Map<string, string>} actions Name on the wire to method.
 * @property {{room: ?string, event: string, method: string}[]} roomEvents
 * @property {Map<string, string>} timers Timer to method.
 */

const entries = new Map();

/**
 * Reads a class, once. A class that names itself nowhere is called as it is exported; compilers may put `_` before the
 * name of the class itself.
 * @returns {Entry}
 */
export function entryOf(Class, exportedAs = Class?.name?.replace(/^_+/, "")) {
  if (!entries.has(Class)) entries.set(Class, read(Class, exportedAs));
  return entries.get(Class);
}

function read(Class, exportedAs) {
  if (typeof Class !== "function" || !(Class.prototype instanceof Component)) {
    throw new TypeError(`${Class?.name ?? String(Class)} is no component: write \`class .. extends Component\``);
  }
  const written = Object.assign({}, Class.options, ...(marksOf(Class).options ?? []));
  const options = readOptions({ name: exportedAs, ...written });
  const { name } = options;
  const methods = methodsOf(Class);
  const { actions, definitions } = actionsOf(Class, name, methods);
  const roomEvents = roomEventsOf(Class, name, methods);
  const timers = timersOf(Class, name, methods);
  const called = new Set([...actions.values(), ...roomEvents.map(({ method }) => method), ...timers.values()]);
  if (written.setValue) definitions.push(readAction(name, "setValue", {}));
  const defaults = defaultsOf(Class, name);
  for (const key of Object.keys(defaults)) {
    if (methods.has(key)) refuse(name, `\`${key}\` is a field and a method`);
  }
  const definition = {
    ...options,
    defaultState: JSON.stringify(defaults),
    actions: definitions,
    hiddenActions: hiddenActions(name, methods, called),
    hooks: Object.fromEntries(Object.entries(HOOKS).map(([method, { flag }]) => [flag, methods.has(method)])),
    roomSubscriptions: subscriptions(roomEvents),
  };
  return { Class, definition, defaults, layout: layoutOf(defaults), actions, roomEvents, timers };
}

/** The methods of a class and of those that it extends, the nearest of each name. */
function methodsOf(Class) {
  const methods = new Map();
  for (let at = Class.prototype; at !== Component.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, name);
      if (name !== "constructor" && typeof value === "function" && !methods.has(name)) methods.set(name, value);
    }
  }
  return methods;
}

function actionsOf(Class, name, methods) {
  const actions = new Map();
  const definitions = [];
  const add = (method, options) => {
    const { name: wire = method } = options;
    const where = `\`${wire}\` of ${name}`;
    if (!methods.has(method)) refuse(name, `\`static actions\` names \`${method}\`, which is no method`);
    if (wire in HOOKS || wire === ON_TIMER) refuse(name, `\`${wire}\` is a hook; a hook is no action`);
    if (/^[_#$]/.test(wire) || wire.length > 64) refuse(name, `\`${wire}\` is no name of an action`);
    if (wire === "setValue") refuse(name, "`setValue` is the daemon's own action: say `setValue: true` in the options");
    if (actions.has(wire)) refuse(name, `there are two actions \`${wire}\``);
    actions.set(wire, method);
    definitions.push(readAction(where, wire, options));
  };
  const listed = Class.actions ?? [];
  const named = Array.isArray(listed) ? listed.map((method) => [method, {}]) : Object.entries(listed);
  for (const [method, options] of named) add(method, options === true ? {} : options);
  for (const [method, body] of methods) {
    for (const options of marksOf(body).actions ?? []) add(method, options);
  }
  return { actions, definitions };
}

function roomEventsOf(Class, name, methods) {
  const found = [];
  for (const [event, handlers] of Object.entries(Class.roomEvents ?? {})) {
    for (const handler of [handlers].flat()) {
      const { method, room } = typeof handler === "string" ? { method: handler } : handler;
      if (!methods.has(method)) refuse(name, `\`static roomEvents\` names \`${method}\`, which is no method`);
      found.push({ room: room ?? null, event, method });
    }
  }
  for (const [method, body] of methods) {
    for (const { event, room } of marksOf(body).roomEvents ?? []) found.push({ room: room ?? null, event, method });
  }
  return found;
}

function timersOf(Class, name, methods) {
  const timers = new Map(Object.entries(Class.timers ?? {}));
  for (const [method, body] of methods) {
    for (const timer of marksOf(body).timers ?? []) timers.set(timer, method);
  }
  for (const method of timers.values()) {
    if (!methods.has(method)) refuse(name, `\`static timers\` names \`${method}\`, which is no method`);
  }
  if (methods.has(ON_TIMER)) timers.set(ON_TIMER, ON_TIMER);
  return timers;
}

function hiddenActions(name, methods, called) {
  const hidden = [];
  for (const method of methods.keys()) {
    if (called.has(method) || method in HOOKS || method.startsWith("_") || method.length > 64) continue;
    if (looksLikeHook(method)) {
      refuse(name, `\`${method}\` looks like a hook and is none; hooks are ${[...Object.keys(HOOKS), ON_TIMER].join(", ")}`);
    }
    const advice = `add \`@action\` above \`${method}()\` in \`class ${name}\`, or "${method}" to its \`static actions\``;
    hidden.push({ name: method, advice });
  }
  return hidden;
}

/** Each room and event once, whatever the number of methods. */
function subscriptions(roomEvents) {
  const unique = new Map(roomEvents.map(({ room, event }) => [JSON.stringify([room, event]), { room, event }]));
  return [...unique.values()];
}
