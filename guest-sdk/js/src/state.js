// The state of a mount as the fields of an object: laying it out, and finding out what an event changed.
//
// A field is loaded when it is first read, so that an event pays for no list that it does not look at. What was loaded
// is compared by its JSON form when the event ends: a change deep inside a list is found. What was assigned without
// being read is handed over as it is; the daemon knows whether it differs.

import { construct, fieldsOf } from "./component.js";
import { ask } from "./errors.js";
import { host } from "./host.js";
import { isObject, textOf } from "./json.js";

/** The defaults of a class's fields, as JSON has them. */
export function defaultsOf(Class, name) {
  const object = construct(Class);
  const defaults = Object.create(null);
  for (const key of Object.keys(object)) {
    if (key === "context") throw new Error(`${name}: \`context\` is no field; it is the daemon's`);
    defaults[key] = JSON.parse(textOf(key, object[key], name));
  }
  return defaults;
}

/**
 * How the fields of a class are laid out: for each a getter that loads it and a setter. Lists and objects are loaded
 * each by itself, the others all together: they are small, and a call costs more than they do.
 */
export function layoutOf(defaults) {
  const small = Object.keys(defaults).filter((key) => !isObject(defaults[key]));
  const layout = {};
  for (const key of Object.keys(defaults)) {
    const together = isObject(defaults[key]) ? [key] : small;
    layout[key] = {
      get() {
        load(this, together);
        return this[key];
      },
      set(value) {
        fieldsOf(this).assigned[key] = true;
        put(this, key, value);
      },
      enumerable: true,
      configurable: true,
    };
  }
  return layout;
}

/** An object of the class with the mount's state as its fields. */
export function open({ Class, definition, layout }, context) {
  const fields = { loaded: Object.create(null), assigned: Object.create(null) };
  const object = construct(Class, { context, fields });
  // Which keys there are, only the daemon knows where a browser may set any.
  if (definition.props === "any") load(object, null);
  else Object.defineProperties(object, layout);
  return object;
}

/** Hands the fields that changed to the daemon. */
export function save(object, { definition, defaults }) {
  const { loaded, assigned } = fieldsOf(object);
  const changes = [];
  const write = (key, text) => changes.push(`${JSON.stringify(key)}:${text}`);
  for (const key of Object.keys(object)) {
    if (key in loaded) {
      const value = object[key];
      if (value === loaded[key].value && !isObject(value)) continue;
      const text = textOf(key, value, definition.name);
      if (text !== loaded[key].text) write(key, text);
    } else if (key in assigned) {
      write(key, textOf(key, object[key], definition.name));
    } else if (!(key in defaults)) {
      if (definition.props !== "any") throw undeclared(key, definition.name);
      write(key, textOf(key, object[key], definition.name));
    }
  }
  const before = definition.props === "any" ? loaded : defaults;
  for (const key in before) {
    if (!Object.hasOwn(object, key)) write(key, "null");
  }
  if (changes.length > 0) ask(host().state.patch, `{${changes.join(",")}}`);
}

/** Loads these keys, or all. */
function load(object, keys) {
  const { loaded, assigned } = fieldsOf(object);
  const values = JSON.parse(host().state.load(keys));
  for (const key of keys ?? Object.keys(values)) {
    if (key in assigned) continue;
    // What the class inherits (methods, `context`) is not the state's to replace, whatever keys a browser may set.
    if (key in object && !Object.hasOwn(object, key)) continue;
    const value = values[key] ?? null;
    // A list or an object may change inside, so its text is kept.
    loaded[key] = { value, text: isObject(value) || value === null ? JSON.stringify(value) : undefined };
    put(object, key, value);
  }
}

/** Makes a field an ordinary one. */
function put(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function undeclared(key, name) {
  return new TypeError(
    `\`${key}\` is no field of ${name}: declare it in the class (\`${key} = null;\`) if browsers may see it, ` +
      "else keep it in `this.context.private`",
  );
}
