// Components as hooks. Whoever asks for the same component, with the same room, props and key, shares one; it is
// mounted while somebody uses it.

import type { Actions, ActionsOf, Client, ComponentName, Handle, Live, State, StateOf } from "@liveside/client";
import { type ComponentShown, type ComponentStore, type ShareOptions, componentStore, keyStore } from "@liveside/client/shared";
import { useMemo } from "react";
import { useLiveClient } from "./provider.ts";
import { useStore } from "./store.ts";

/** What there is to show of a component. Its state may be incomplete until it is mounted. */
export type LiveResult<S extends State = State, A = Actions> = Omit<ComponentShown<S, A>, "state"> & { readonly state: Readonly<Partial<S>> };

/** The same, of a component whose state is there. */
export type SuspenseLiveResult<S extends State = State, A = Actions> = ComponentShown<S, A>;

/** A component: its state, its actions by name, how it is. Renders again when anything of it changes. */
export function useLive<N extends ComponentName>(name: N, options?: ShareOptions<StateOf<N>>): LiveResult<StateOf<N>, ActionsOf<N>>;
export function useLive<S extends State = State, A = Actions>(name: string, options?: ShareOptions<NoInfer<S>>): LiveResult<S, A>;
export function useLive(name: string, options?: ShareOptions): LiveResult {
  const store = useComponent(name, options);
  return useStore(store, () => store.initial);
}

/**
 * The same for a `<Suspense>`: waits until there is a state, and throws the `LiveError` where the server refuses the
 * component.
 */
export function useSuspenseLive<N extends ComponentName>(name: N, options?: ShareOptions<StateOf<N>>): SuspenseLiveResult<StateOf<N>, ActionsOf<N>>;
export function useSuspenseLive<S extends State = State, A = Actions>(name: string, options?: ShareOptions<NoInfer<S>>): SuspenseLiveResult<S, A>;
export function useSuspenseLive(name: string, options?: ShareOptions): SuspenseLiveResult {
  const store = useComponent(name, options);
  const shown = useStore(store, () => store.initial);
  if (shown.hasState) return shown;
  if (shown.status === "error") throw shown.error;
  // On a server nothing is ever mounted: React leaves this part to the browser.
  if (typeof window === "undefined") throw new Error(`${name} has no initialState to be rendered with on a server`);
  throw store.ready;
}

/**
 * Mounts a component before anything shows it. Resolves with its handle: the same promise for the same component, so that
 * it may be given to React's `use`.
 */
export function preloadLive<N extends ComponentName>(client: Client, name: N, options?: ShareOptions<StateOf<N>>): Promise<Live<StateOf<N>, ActionsOf<N>>>;
export function preloadLive<S extends State = State, A = Actions>(client: Client, name: string, options?: ShareOptions<NoInfer<S>>): Promise<Live<S, A>>;
export function preloadLive(client: Client, name: string, options?: ShareOptions): Promise<Live> {
  return componentStore(client, name, options).ready;
}

/** One key of a component's state, or of its own (`$connected`, `$error`, …). Renders again when that key changes. */
export function useLiveState<S extends State, K extends keyof S & string>(handle: Handle<S>, key: K): S[K] | undefined;
export function useLiveState<K extends keyof Handle & `$${string}`>(handle: Handle<any>, key: K): Handle[K];
export function useLiveState(handle: Handle<any>, key: string): unknown {
  return useStore(useMemo(() => keyStore(handle, key), [handle, key]));
}

function useComponent(name: string, options?: ShareOptions): ComponentStore {
  const client = useLiveClient();
  const { room, key } = options ?? {};
  // Props are the same where they say the same, and what else there is counts the first time.
  const props = JSON.stringify(options?.props);
  return useMemo(() => componentStore(client, name, options), [client.connection, name, room, key, props]);
}
