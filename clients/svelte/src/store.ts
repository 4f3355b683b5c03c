// A shared store as Svelte takes it.

import type { Store } from "@liveside/client/shared";
import type { Readable } from "svelte/store";

/** Called with the value at once and after every change, as Svelte's stores are. */
export function readableOf<T>(store: Pick<Store<T>, "get" | "subscribe">): Readable<T> {
  return {
    subscribe(run) {
      const stop = store.subscribe(() => run(store.get()));
      run(store.get());
      return stop;
    },
  };
}
