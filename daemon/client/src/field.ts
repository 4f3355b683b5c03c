// The two-way binding of one input: drafts while somebody types, sent when it is time.

import type { Field as PublicField, FieldOptions, Stop } from "./api.ts";
import type { Component } from "./component.ts";
import { readInput, writeInput } from "./inputs.ts";
import { replacedAt, rootOf, valueAt } from "./paths.ts";

const DEBOUNCE_MS = 300;

export class Field implements PublicField {
  readonly #component: Component;
  readonly #path: string;
  readonly #key: string;
  readonly #options: FieldOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(component: Component, path: string, options: FieldOptions = {}) {
    this.#component = component;
    this.#path = path;
    this.#key = rootOf(path);
    this.#options = options;
  }

  get value(): unknown {
    return valueAt(this.#component.layers.view, this.#path);
  }

  get dirty(): boolean {
    return this.#component.layers.drafts(true).includes(this.#key);
  }

  // Arrow functions, so that they can be handed to an input as they are.

  readonly change = (value: unknown): void => {
    const { syncOn = "change", debounce = DEBOUNCE_MS } = this.#options;
    const replaced = replacedAt(this.#component.layers.view, this.#path, value);
    this.#component.draft(this.#key, replaced, syncOn === "manual");
    if (syncOn !== "change") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#send, debounce);
  };

  readonly blur = (): void => {
    if (this.#options.syncOn !== "manual") this.#send();
  };

  readonly sync = (): Promise<void> => {
    clearTimeout(this.#timer);
    return this.#component.sync(this.#key);
  };

  readonly revert = (): void => {
    clearTimeout(this.#timer);
    this.#component.revert(this.#key);
  };

  readonly bind = (input: Element): Stop => {
    const show = () => {
      if (this.#component.hasState) writeInput(input, this.value);
    };
    const change = () => this.change(readInput(input));
    input.addEventListener("input", change);
    input.addEventListener("blur", this.blur);
    const unwatch = this.#component.watch(this.#key, show);
    show();
    return () => {
      unwatch();
      input.removeEventListener("input", change);
      input.removeEventListener("blur", this.blur);
      this.blur();
    };
  };

  /** A refusal shows as `$error`: here nobody waits for the answer. Without a connection it stays a draft until there is one. */
  readonly #send = (): void => {
    if (this.#component.connected) this.sync().catch(() => {});
  };
}
