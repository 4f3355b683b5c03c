// Dotted paths into a state, as HTML attributes and fields write them: `user.name`.

import type { State } from "./api.ts";

/** The top-level key that a path begins with. */
export function rootOf(path: string): string {
  return path.split(".", 1)[0]!;
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(from: unknown, path: string): unknown {
  return path.split(".").reduce<any>((value, key) => {
    // Own properties only: `name.length` or `constructor` in a page must not reach into the language.
    return value != null && Object.hasOwn(Object(value), key) ? value[key] : undefined;
  }, from);
}

/** A copy of the state's value at the path's root, with the value at the path replaced. */
export function replacedAt(state: Readonly<State>, path: string, value: unknown): unknown {
  const replace = (from: any, keys: string[]): unknown => {
    const [key, ...rest] = keys;
    if (key === undefined) return value;
    const copy = Array.isArray(from) ? [...from] : { ...from };
    return Object.assign(copy, { [key]: replace(copy[key], rest) });
  };
  const [root, ...rest] = path.split(".");
  return replace(state[root!], rest);
}
