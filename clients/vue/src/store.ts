// A shared store as Vue takes it.

import type { Store } from "@liveside/client/shared";
import { type ComputedRef, type ShallowRef, computed, onScopeDispose, shallowRef } from "vue";

/** What the store shows, until the component or the scope that asks ends. */
export function useStore<T>(store: Pick<Store<T>, "get" | "subscribe">): Readonly<ShallowRef<T>> {
  const shown = shallowRef(store.get());
  const follow = () => void (shown.value = store.get());
  onScopeDispose(store.subscribe(follow));
  follow();
  return shown;
}

/** A ref for each of the keys. */
export function refsOf<T extends object, K extends keyof T>(shown: Readonly<ShallowRef<T>>, ...keys: K[]): { readonly [P in K]: ComputedRef<T[P]> } {
  return Object.fromEntries(keys.map((key) => [key, computed(() => shown.value[key])])) as any;
}
