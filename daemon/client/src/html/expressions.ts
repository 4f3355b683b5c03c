// The small languages inside the attributes. None of them is code: paths, names and JSON, so a page's
// Content-Security-Policy need not allow evaluation.

import type { FieldOptions, LiveOptions } from "../api.ts";

/** `submitted`, `user.name`, `!submitted`, `$connected` */
export interface Condition {
  path: string;
  negated: boolean;
}

export function parseCondition(text: string): Condition {
  const negated = text.trim().startsWith("!");
  return { path: text.replace("!", "").trim(), negated };
}

/** `active: submitted; big bold: !count`: classes, and the condition under which they are there. */
export function parseClasses(text: string): { classes: string[]; condition: Condition }[] {
  const rules = text.split(";").filter((rule) => rule.trim());
  return rules.map((rule) => {
    // The last colon: class names may hold colons, paths may not.
    const colon = rule.lastIndexOf(":");
    if (colon < 0) throw new Error(`"${rule.trim()}" should be "class: key"`);
    return { classes: rule.slice(0, colon).trim().split(/\s+/), condition: parseCondition(rule.slice(colon + 1)) };
  });
}

/** `increment`, `increment {"by": 5}`; the arguments may stand in an attribute of their own. */
export function parseAction(text: string, args: string | null): { action: string; payload: unknown } {
  const [, action = "", inline] = /^\s*(\S+)\s*(.*)$/s.exec(text) ?? [];
  return { action, payload: parseJson(inline || args) };
}

/** `name`, `name blur`, `name manual`, `name 500ms` */
export function parseModel(text: string): { path: string; options: FieldOptions } {
  const [path = "", modifier] = text.trim().split(/\s+/);
  if (modifier === undefined) return { path, options: {} };
  if (modifier === "blur" || modifier === "manual") return { path, options: { syncOn: modifier } };
  const [, debounce] = /^(\d+)ms$/.exec(modifier) ?? [];
  if (debounce === undefined) throw new Error(`"${modifier}" should be "blur", "manual" or a time as "500ms"`);
  return { path, options: { debounce: Number(debounce) } };
}

export function parseEncoding(text: string | undefined): LiveOptions["encoding"] {
  if (text === undefined || text === "json" || text === "msgpack") return text;
  throw new Error(`"${text}" should be "json" or "msgpack"`);
}

/** `on`, `off`; on where nothing is said. */
export function parseSwitch(text = "on"): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw new Error(`"${text}" should be "on" or "off"`);
}

export function parseJson(text: string | null | undefined): any {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${text} is not JSON`);
  }
}
