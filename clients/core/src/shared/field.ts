// One input: the draft while somebody types, and what has become of it.

import type { Field, FieldOptions, Handle, Stop } from "@liveside/client";
import { Follower } from "./store.ts";

export interface FieldShown<T = any> {
  /** The draft if there is one, the server's value otherwise; undefined until there is a state. */
  readonly value: T;
  /** There is a draft that was not sent yet. */
  readonly dirty: boolean;
  /** The server has not confirmed what is shown: it is typed, on its way, or waits for a connection. */
  readonly pending: boolean;
}

export class FieldStore<T = any> extends Follower<FieldShown<T>> {
  /** What an input needs: `change`, `blur`, `sync`, `revert`, `bind`. */
  readonly field: Field;
  #input: Element | null = null;
  #unbind: Stop | undefined;

  constructor(handle: Handle<any>, path: string, options?: FieldOptions) {
    const field = handle.field(path, options);
    const [key] = path.split(".", 1) as [string];
    const read = () => ({ value: field.value, dirty: field.dirty, pending: handle.$unsaved.includes(key) });
    super(read, (changed) => [
      handle.subscribe(key, changed),
      handle.subscribe("$unsaved", changed),
      // A draft that is sent is one no more, and nothing else tells.
      handle.subscribe("$loading", changed),
    ]);
    this.field = field;
  }

  /** Binds an input as it is, and lets go of the one before: what frameworks call a function ref. */
  readonly ref = (input: Element | null): void => {
    // Some tell of the same one again and again.
    if (input === this.#input) return;
    this.#unbind?.();
    this.#input = input;
    this.#unbind = input ? this.field.bind(input) : undefined;
  };

  /** What was typed is not left behind with the input. */
  protected override end(): void {
    this.field.blur();
    super.end();
  }
}

export function fieldStore<T = any>(handle: Handle<any>, path: string, options?: FieldOptions): FieldStore<T> {
  return new FieldStore<T>(handle, path, options);
}
