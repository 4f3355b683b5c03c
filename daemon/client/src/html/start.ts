// Brings the attributes of a page to life: finds them, mounts components, binds elements to the nearest
// component above them, and follows what is added to the page and taken from it.

import type { Live, Stop } from "../api.ts";
import type { Component } from "../component.ts";
import { createHandle } from "../handle.ts";
import { mountComponent } from "../live.ts";
import { directives } from "./directives.ts";
import { parseEncoding, parseJson, parseSwitch } from "./expressions.ts";

/** An element that shows something of a component. */
interface Binding {
  owner: Component;
  stops: Stop[];
}

const COMPONENT = "[live]";
const ANY = [COMPONENT, ...Object.keys(directives).map((name) => `[${name}]`)].join();

/** The components by the element that mounted them. */
const components = new WeakMap<Element, Component>();
const handles = new WeakMap<Component, Live>();
const bindings = new WeakMap<Element, Binding>();

export function start(root: Document | ShadowRoot | Element = document): Stop {
  const observer = new MutationObserver((records) => {
    // Removals first: an element that was moved is in both lists, and is then bound to its new place.
    for (const { removedNodes } of records) removedNodes.forEach((node) => each(node, (it) => root.contains(it) || release(it)));
    for (const { addedNodes } of records) addedNodes.forEach((node) => each(node, (it) => root.contains(it) && attach(it)));
  });
  observer.observe(root, { childList: true, subtree: true });
  each(root, attach);
  return () => {
    observer.disconnect();
    each(root, release);
  };
}

/** Starts with the document as soon as it is read. Where there is none, on a server that renders pages, it does nothing. */
export function startWhenReady(): void {
  if (typeof document === "undefined") return;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start());
  else start();
}

export function handleOf(element: Element): Live | undefined {
  const component = ownerOf(element);
  if (!component) return undefined;
  let handle = handles.get(component);
  if (!handle) handles.set(component, (handle = createHandle(component)));
  return handle;
}

function ownerOf(element: Element): Component | undefined {
  const mounted = element.closest(COMPONENT);
  return mounted ? components.get(mounted) : undefined;
}

/** Visits a node and what is in it, parents before their children, if it carries any of the attributes. */
function each(node: Node, visit: (element: HTMLElement) => void): void {
  if (node instanceof Element && node.matches(ANY)) visit(node as HTMLElement);
  if ("querySelectorAll" in node) (node as ParentNode).querySelectorAll<HTMLElement>(ANY).forEach(visit);
}

function attach(element: HTMLElement): void {
  attempt(element, "live", () => mount(element));
  const owner = ownerOf(element);
  const bound = bindings.get(element);
  if (!owner || bound?.owner === owner) return;
  bound?.stops.forEach((stop) => stop());
  const binding: Binding = { owner, stops: [] };
  bindings.set(element, binding);
  for (const { name, value } of element.attributes) {
    const bind = directives[name];
    if (bind) attempt(element, name, () => binding.stops.push(bind(element, value, owner)));
  }
}

function mount(element: HTMLElement): void {
  const name = element.getAttribute("live");
  if (!name || components.has(element)) return;
  const attribute = (name: string) => element.getAttribute(name) ?? undefined;
  const props = parseJson(attribute("live-props"));
  const initialState = parseJson(attribute("live-initial"));
  const room = attribute("live-room");
  // For a part of the page, or all of it.
  const inherited = (name: string) => element.closest(`[${name}]`)?.getAttribute(name) ?? undefined;
  const url = inherited("live-url");
  const encoding = parseEncoding(inherited("live-encoding"));
  const storage = parseSwitch(inherited("live-storage"));
  const where = { storage, ...(url && { url }), ...(encoding && { encoding }) };
  const component = mountComponent(where, name, { ...(props && { props }), ...(room && { room }), initialState });
  component.rehydrations.add((detail) => element.dispatchEvent(new CustomEvent("liveside:rehydrated", { bubbles: true, detail })));
  components.set(element, component);
}

function release(element: HTMLElement): void {
  bindings.get(element)?.stops.forEach((stop) => stop());
  bindings.delete(element);
  components.get(element)?.unmount();
  components.delete(element);
}

/** One attribute that is written wrong is reported, and the rest of the page goes on. */
function attempt(element: Element, attribute: string, bind: () => void): void {
  try {
    bind();
  } catch (error) {
    console.error(`liveside: ${attribute}="${element.getAttribute(attribute)}": ${(error as Error).message}`, element);
  }
}
