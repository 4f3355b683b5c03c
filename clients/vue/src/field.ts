// An input in step with the state, with the client's rules: what is typed shows at once, is sent a moment later, and is
// kept while there is no connection.

import type { FieldOptions, Handle } from "@liveside/client";
import { fieldStore } from "@liveside/client/shared";
import { type ComputedRef, type WritableComputedRef, computed } from "vue";
import { refsOf, useStore } from "./store.ts";

export interface UseField<T = any> {
  /** For `v-model`. Setting it is typing. */
  readonly value: WritableComputedRef<T>;
  /** There is a draft that was not sent yet. */
  readonly dirty: ComputedRef<boolean>;
  /** The server has not confirmed what is shown. */
  readonly pending: ComputedRef<boolean>;
  /** Binds any input as it is, in place of `v-model`: `<input type="number" :ref="age.ref">`. */
  readonly ref: (input: any) => void;
  /** Tells that the input lost focus. */
  blur(): void;
  /** Sends the draft now. Rejects if the server refuses it. */
  sync(): Promise<void>;
  /** Drops the draft. */
  revert(): void;
}

export function useField<T = any>(handle: Handle<any>, path: string, options?: FieldOptions): UseField<T> {
  const store = fieldStore<T>(handle, path, options);
  const shown = useStore(store);
  const { field, ref } = store;
  const value = computed<T>({ get: () => shown.value.value, set: field.change });
  return { value, ...refsOf(shown, "dirty", "pending"), ref, blur: field.blur, sync: field.sync, revert: field.revert };
}
