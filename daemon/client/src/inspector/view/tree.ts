// A JSON value as a tree whose parts open and close, and flash when they change.

import { type TemplateResult, html, nothing } from "lit-html";
import { type Json, isTruncated } from "../contract.ts";
import { bytes, count, plural } from "../format.ts";
import type { EditForm } from "../forms.ts";
import { isObject, pathOf, preview } from "../json.ts";
import { SHOWN_AT_FIRST, type Tree } from "../tree.ts";

/** Longer texts are cut until somebody wants all of them. */
const SHOWN_TEXT = 400;

export interface TreeOptions {
  label: string;
  draw(): void;
  /** Begins to edit one of the first level's keys. */
  edit?(key: string): void;
  /** The form, where one of them is edited. */
  form?: { of: EditForm; view: TemplateResult } | undefined;
}

export function treeView(tree: Tree, options: TreeOptions) {
  const { value } = tree;
  const isBranch = isObject(value) || Array.isArray(value);
  if (!isBranch || isTruncated(value))
    return html`<div class="tree" aria-label=${options.label}><span class="line">${leaf(tree, "", value ?? null, options)}</span></div>`;
  if (Object.keys(value).length === 0)
    return html`<div class="tree" aria-label=${options.label}><span class="line none">${preview(value)}</span></div>`;
  return branch(tree, "", value, 0, options);
}

function branch(
  tree: Tree,
  path: string,
  value: Record<string, Json> | Json[],
  depth: number,
  options: TreeOptions,
): TemplateResult {
  const entries = Object.entries(value);
  const shown = tree.showsAll(path) ? entries : entries.slice(0, SHOWN_AT_FIRST);
  const more = () => {
    tree.showAll(path);
    options.draw();
  };
  return html`<ul class=${depth === 0 ? "tree" : ""} aria-label=${depth === 0 ? options.label : nothing}>
    ${shown.map(([key, part]) => entry(tree, path, key, part, depth, options))}
    ${shown.length < entries.length ? html`<li>${small(`${count(entries.length - shown.length)} more`, more)}</li>` : nothing}
  </ul>`;
}

function entry(tree: Tree, parent: string, key: string, value: Json, depth: number, options: TreeOptions): TemplateResult {
  const path = pathOf(parent, key);
  const canOpen = (isObject(value) || Array.isArray(value)) && !isTruncated(value) && Object.keys(value).length > 0;
  const isOpen = canOpen && tree.isOpen(path, depth + 1);
  const flash = tree.flash(path, !isOpen);
  const toggle = () => {
    tree.toggle(path, depth + 1);
    options.draw();
  };
  const look = `line ${flash ? `flash-${flash}` : ""}`;
  const label = html`<span class="key">${key}</span>`;
  const line = canOpen
    ? html`<button type="button" class="${look} twist" aria-expanded=${isOpen} @click=${toggle}>${label} <span
      class="sum">${sum(value, isOpen)}</span></button>`
    : html`<span class=${look}>${label} ${leaf(tree, path, value, options)}</span>`;
  const edited = depth === 0 && options.form?.of.key === key;
  const edit =
    depth === 0 && options.edit && !isTruncated(value) && !edited
      ? html`<button type="button" class="quiet small edit" aria-label="Edit ${key}" @click=${() => options.edit!(key)}>Edit</button>`
      : nothing;
  return html`<li data-key=${key}><div class="entry">${line}${edit}</div>
    ${edited ? options.form!.view : isOpen ? branch(tree, path, value as Json[], depth + 1, options) : nothing}</li>`;
}

const small = (label: string, click: () => void) => html`<button type="button" class="quiet small" @click=${click}>${label}</button>`;

function sum(value: Json, isOpen: boolean): string {
  const size = Array.isArray(value) ? plural(value.length, "item") : plural(Object.keys(value as object).length, "key");
  return isOpen ? size : `${size}  ${preview(value)}`;
}

function leaf(tree: Tree, path: string, value: Json, options: TreeOptions) {
  if (isTruncated(value))
    return html`<span class="value text">${value.start}…</span> <span class="sum">the beginning of ${bytes(value.$truncated)}</span>`;
  if (typeof value !== "string")
    return html`<span class="value ${value === null ? "null" : typeof value}">${JSON.stringify(value)}</span>`;
  const isCut = value.length > SHOWN_TEXT && !tree.showsAll(path);
  const all = () => {
    tree.showAll(path);
    options.draw();
  };
  const text = JSON.stringify(isCut ? value.slice(0, SHOWN_TEXT) : value);
  const more = isCut ? small(`all ${count(value.length)} characters`, all) : nothing;
  return html`<span class="value text">${text}</span> ${more}`;
}
