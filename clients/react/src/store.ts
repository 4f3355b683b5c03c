// A shared store as React takes it.

import type { Store } from "@liveside/client/shared";
import { useSyncExternalStore } from "react";

/** `initial`: what a server renders, where that is another than what is there now. */
export function useStore<T>(store: Pick<Store<T>, "get" | "subscribe">, initial: () => T = store.get): T {
  return useSyncExternalStore(store.subscribe, store.get, initial);
}
