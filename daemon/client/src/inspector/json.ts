// JSON that somebody types, and the paths of what changed between two values.

import type { Json } from "./contract.ts";

export type Parsed = { value: Json; problem?: undefined } | { value?: undefined; problem: string };

/** Reads what was typed; nothing at all is `empty`. */
export function parseJson(text: string, empty?: Json): Parsed {
  if (!text.trim()) return empty === undefined ? { problem: "Type a JSON value" } : { value: empty };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `Not JSON: ${(error as Error).message}` };
  }
}

export const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The path of a value's part, as in JSON Pointer; `""` is the value itself. */
export function pathOf(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The paths of the smallest parts that are new or other than before. What is gone shows at what it was part of. */
export function changedPaths(before: Json | undefined, after: Json | undefined, path = "", found: string[] = []): string[] {
  if (before === after) return found;
  const both = (isObject(before) && isObject(after)) || (Array.isArray(before) && Array.isArray(after));
  if (!both) {
    found.push(path);
    return found;
  }
  const [old, now] = [before as Record<string, Json>, after as Record<string, Json>];
  for (const key of Object.keys(now))
    changedPaths(Object.hasOwn(old, key) ? old[key] : undefined, now[key], pathOf(path, key), found);
  if (Object.keys(old).some((key) => !Object.hasOwn(now, key))) found.push(path);
  return found;
}

/** One line that tells what a value is, at most `length` characters of it. */
export function preview(value: Json | undefined, length = 80): string {
  if (value === undefined) return "";
  const text = JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
