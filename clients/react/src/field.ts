// An input in step with the state, with the client's rules: what is typed shows at once, is sent a moment later, and is
// kept while there is no connection.

import type { FieldOptions, Handle } from "@liveside/client";
import { type FieldShown, fieldStore } from "@liveside/client/shared";
import { useMemo } from "react";
import { useStore } from "./store.ts";

interface TextEvent {
  readonly target: { readonly value: string };
}

interface CheckEvent {
  readonly target: { readonly checked: boolean };
}

export interface UseField<T = any> extends FieldShown<T> {
  /** Binds any input as it is: `<input type="number" ref={age.ref} />`. Its value is not React's then. */
  readonly ref: (input: Element | null) => void;
  /** For an input of React's that holds text: `<input {...name.text} />`, `<textarea>` and `<select>` too. */
  readonly text: { readonly value: string; onChange(event: TextEvent): void; onBlur(): void };
  /** The same for a check box. */
  readonly checkbox: { readonly checked: boolean; onChange(event: CheckEvent): void; onBlur(): void };
  /** Takes a new draft, where there is no input. */
  change(value: T): void;
  blur(): void;
  /** Sends the draft now. Rejects if the server refuses it. */
  sync(): Promise<void>;
  /** Drops the draft. */
  revert(): void;
}

export function useField<T = any>(handle: Handle<any>, path: string, { syncOn, debounce }: FieldOptions = {}): UseField<T> {
  const store = useMemo(() => {
    const options = { ...(syncOn && { syncOn }), ...(debounce !== undefined && { debounce }) };
    return fieldStore<T>(handle, path, options);
  }, [handle, path, syncOn, debounce]);
  const shown = useStore(store);
  const { value } = shown;
  const { field, ref } = store;
  return {
    ...shown,
    ref,
    text: { value: value == null ? "" : String(value), onChange: ({ target }) => field.change(target.value), onBlur: field.blur },
    checkbox: { checked: Boolean(value), onChange: ({ target }) => field.change(target.checked), onBlur: field.blur },
    change: field.change,
    blur: field.blur,
    sync: field.sync,
    revert: field.revert,
  };
}
