// An input in step with the state, with the client's rules: what is typed shows at once, is sent a moment later, and is
// kept while there is no connection.

import type { FieldOptions, Handle } from "@liveside/client";
import { type FieldShown, type FieldStore, fieldStore } from "@liveside/client/shared";
import type { Readable, Writable } from "svelte/store";
import type { ComponentReadable } from "./live.ts";
import { readableOf } from "./store.ts";

/** For `bind:value={$name}`, `bind:checked={$news}`. Setting it is typing. */
export interface FieldWritable<T = any> extends Writable<T> {
  /** `{ value, dirty, pending }`: whether it was sent, and whether the server has confirmed it. */
  readonly shown: Readable<FieldShown<T>>;
  /** Binds any input as it is, in place of `bind:value`: `<input type="number" use:age.bind>`. */
  bind(input: Element): { destroy(): void };
  blur(): void;
  /** Sends the draft now. Rejects if the server refuses it. */
  sync(): Promise<void>;
  /** Drops the draft. */
  revert(): void;
}

export function field<T = any>(component: ComponentReadable<any, any>, path: string, options?: FieldOptions): FieldWritable<T> {
  let handle: Handle<any> | undefined;
  let store!: FieldStore<T>;
  /** A component that has ended and begun anew has another handle. */
  const current = () => {
    if (handle !== component.handle) {
      handle = component.handle;
      store = fieldStore<T>(handle, path, options);
    }
    return store;
  };
  const shown: Readable<FieldShown<T>> = {
    subscribe(run) {
      // Who shows a field uses its component.
      const stops = [component.subscribe(() => {}), readableOf(current()).subscribe(run)];
      return () => stops.forEach((stop) => stop());
    },
  };
  const change = (value: T) => current().field.change(value);
  return {
    shown,
    subscribe: (run) => shown.subscribe(({ value }) => run(value)),
    set: change,
    update: (updater) => change(updater(current().get().value)),
    bind: (input) => ({ destroy: current().field.bind(input) }),
    blur: () => current().field.blur(),
    sync: () => current().field.sync(),
    revert: () => current().field.revert(),
  };
}
