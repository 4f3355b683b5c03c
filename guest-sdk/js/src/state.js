// The state of a mount as the fields of an object: putting it in, and finding out what an event changed.
//
// Fields are compared by their JSON form, one by one. So a change deep inside a list is found, and assigning what was
// there before is none.

import { host } from "./host.js";
import { ask } from "./errors.js";

/** What JSON makes something else of, without a word. */
const UNFIT = [Map, Set, Date, ArrayBuffer, Promise];

/** The defaults of the fields, as JSON has them: `undefined` is `null`. */
export function defaultsOf(object, name) {
  if (Object.hasOwn(object, "context")) throw new Error(`${name}: \`context\` is no field; it is the daemon's`);
  const defaults = {};
  for (const key of Object.keys(object)) defaults[key] = JSON.parse(textOf(key, object[key], name));
  return defaults;
}

/** Lays the state over the fields of an object. Gives what `save` needs to find changes. */
export function load(object) {
  const values = JSON.parse(host().state.load(null));
  const texts = {};
  for (const key of Object.keys(values)) {
    // What the class inherits (methods, `context`) is not the state's to replace, whatever keys a browser may set.
    if (key in object && !Object.hasOwn(object, key)) {
      delete values[key];
      continue;
    }
    object[key] = values[key];
    // A list or an object may change inside, so its text is kept.
    if (isObject(values[key])) texts[key] = JSON.stringify(values[key]);
  }
  return { values, texts };
}

/** Hands the fields that changed to the daemon. */
export function save(object, { values, texts }, { definition, defaults }) {
  const changes = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    const there = Object.hasOwn(values, key);
    if (there && !isObject(value) && value === values[key]) continue;
    if (!there && !(key in defaults) && definition.props !== "any") throw undeclared(key, definition.name);
    const text = textOf(key, value, definition.name);
    if (there && text === (values[key] === null ? "null" : texts[key])) continue;
    changes.push(`${JSON.stringify(key)}:${text}`);
  }
  for (const key of Object.keys(values)) {
    if (!Object.hasOwn(object, key)) changes.push(`${JSON.stringify(key)}:null`);
  }
  if (changes.length > 0) ask(host().state.patch, `{${changes.join(",")}}`);
}

function isObject(value) {
  return value !== null && typeof value === "object";
}

function textOf(key, value, name) {
  const unfit = unfitness(value);
  if (unfit) {
    throw new TypeError(
      `The field \`${key}\` of ${name} holds a ${unfit}, which JSON does not have: use a plain object, a list, text or a number`,
    );
  }
  return JSON.stringify(value ?? null);
}

/** What a browser would get something else of, or nothing. */
function unfitness(value) {
  switch (typeof value) {
    case "object":
      if (value === null || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) return null;
      if (ArrayBuffer.isView(value)) return value.constructor.name;
      return UNFIT.find((type) => value instanceof type)?.name;
    case "function":
    case "symbol":
    case "bigint":
      return typeof value;
    default:
      return null;
  }
}

function undeclared(key, name) {
  return new TypeError(
    `\`${key}\` is no field of ${name}: declare it in the class (\`${key} = null;\`) if browsers may see it, ` +
      `else keep it in \`this.context.private\``,
  );
}
