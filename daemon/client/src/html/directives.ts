// What each attribute does to its element. A table, so that the whole vocabulary is on one page.

import type { Stop } from "../api.ts";
import type { Component } from "../component.ts";
import { LiveError } from "../errors.ts";
import { Field } from "../field.ts";
import { readForm, writeInput } from "../inputs.ts";
import { rootOf, valueAt } from "../paths.ts";
import { loadSender } from "../uploads.ts";
import { type Condition, parseAction, parseClasses, parseCondition, parseModel } from "./expressions.ts";

/** Binds one attribute of one element to a component, until stopped. Throws where the attribute is written wrong. */
type Directive = (element: HTMLElement, text: string, component: Component) => Stop;

export const directives: Record<string, Directive> = {
  "live-text": (element, path, component) =>
    showing(component, path.trim(), (value) => setText(element, textOf(value))),

  "live-value": (element, path, component) => showing(component, path.trim(), (value) => writeInput(element, value)),

  "live-class": (element, text, component) => {
    const stops = parseClasses(text).map(({ classes, condition }) =>
      showingCondition(component, condition, (on) => {
        for (const name of classes) element.classList.toggle(name, on);
      }),
    );
    return () => stops.forEach((stop) => stop());
  },

  "live-show": (element, text, component) =>
    showingCondition(component, parseCondition(text), (on) => (element.hidden = !on)),

  "live-error": (element, text, component) => {
    const action = text.trim();
    return showing(component, "$error", (error: LiveError | null) => {
      const shown = action && error?.action !== action ? null : error;
      setText(element, textOf(shown));
      element.hidden = !shown;
    });
  },

  "live-click": (element, text, component) => {
    const { action, payload } = parseAction(text, element.getAttribute("live-args"));
    return listen(element, "click", (event) => {
      // The action is what the button or link does: it neither submits a form nor leads elsewhere.
      if (element.matches("a,button")) event.preventDefault();
      run(element, component, action, payload);
    });
  },

  "live-submit": (element, text, component) => {
    const { action, payload } = parseAction(text, element.getAttribute("live-args"));
    return listen(element, "submit", (event) => {
      event.preventDefault();
      const fields = readForm(element as HTMLFormElement, (event as SubmitEvent).submitter);
      run(element, component, action, { ...(payload as object), ...fields });
    });
  },

  "live-model": (element, text, component) => {
    const { path, options } = parseModel(text);
    return new Field(component, path, options).bind(element);
  },

  // The rest of it is in upload.js; until that is here, what is chosen is only noted.
  "live-upload": (element, _text, component) => {
    let early: Event | undefined;
    let stopped = false;
    let stop = listen(element, "change", (event) => (early = event));
    loadSender().then(
      ({ bindUpload }) => {
        stop();
        if (!stopped) stop = bindUpload(element, component, LiveError, early);
      },
      (error) => console.error("liveside: live-upload:", error),
    );
    return () => {
      stopped = true;
      stop();
    };
  },
};

/** Shows a value now and after every change. Until there is a state, the page stays as it was written. */
function showing(component: Component, path: string, show: (value: any) => void): Stop {
  const key = rootOf(path);
  const rest = path.slice(key.length + 1);
  const update = () => {
    if (!component.hasState && key[0] !== "$") return;
    const value = component.read(key);
    show(rest ? valueAt(value, rest) : value);
  };
  update();
  return component.watch(key, update);
}

function showingCondition(component: Component, { path, negated }: Condition, show: (on: boolean) => void): Stop {
  return showing(component, path, (value) => show(Boolean(value) !== negated));
}

function textOf(value: unknown): string {
  if (value == null) return "";
  if (value instanceof Error) return value.message;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Writes only what differs: screen readers announce every write to a live region. */
function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function listen(element: Element, type: string, listener: (event: Event) => void): Stop {
  element.addEventListener(type, listener);
  return () => element.removeEventListener(type, listener);
}

/** Calls an action and tells the page how it went: what an action returns is no state, so no attribute shows it. */
function run(element: Element, component: Component, action: string, payload: unknown): void {
  const tell = (type: string, detail: object) =>
    element.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: { action, ...detail } }));
  component.call(action, payload, { queue: element.hasAttribute("live-queue") }).then(
    (result) => tell("liveside:result", { result }),
    (error) => tell("liveside:error", { error }),
  );
}
