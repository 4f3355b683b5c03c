// Components as stores. Whoever asks for the same component, with the same room, props and key, shares one; it is
// mounted while somebody subscribes, as `$counter` does.

import type { Actions, ActionsOf, Client, ComponentName, Live, State, StateOf } from "@liveside/client";
import { type ActionCalls, type ComponentShown, type ShareOptions, clientFor, componentStore } from "@liveside/client/shared";
import type { Readable } from "svelte/store";
import { readableOf } from "./store.ts";

export interface LiveStoreOptions<S = State> extends ShareOptions<S> {
  /** Another client than that of the page's own origin: `createClient({ url, auth })`. */
  client?: Client;
}

/** What there is to show: `$counter.state.count`, `$counter.status`, `$counter.pending`, … */
export interface ComponentReadable<S extends State = State, A = Actions> extends Readable<ComponentShown<S, A>> {
  /** By name: `counter.actions.increment({ by: 2 })`. */
  readonly actions: ActionCalls<A>;
  readonly handle: Live<S, A>;
  /** Resolves once there is a state, and rejects where the server refuses the component: for `{#await}`. */
  readonly ready: Promise<Live<S, A>>;
  /** Mounts it anew. */
  retry(): void;
}

export function live<N extends ComponentName>(name: N, options?: LiveStoreOptions<StateOf<N>>): ComponentReadable<StateOf<N>, ActionsOf<N>>;
export function live<S extends State = State, A = Actions>(name: string, options?: LiveStoreOptions<NoInfer<S>>): ComponentReadable<S, A>;
export function live(name: string, { client = clientFor(), ...options }: LiveStoreOptions = {}): ComponentReadable {
  const store = componentStore(client, name, options);
  return {
    ...readableOf(store),
    get actions() {
      return store.get().actions;
    },
    get handle() {
      return store.get().handle;
    },
    get ready() {
      return store.ready;
    },
    retry: () => store.retry(),
  };
}
