// Components as composables. Whoever asks for the same component, with the same room, props and key, shares one; it is
// mounted while somebody uses it.

import type { Actions, ActionsOf, ComponentName, Live, LiveError, State, StateOf } from "@liveside/client";
import { type ActionCalls, type ComponentStatus, type ShareOptions, componentStore } from "@liveside/client/shared";
import { type ComputedRef, type ShallowReactive, shallowReactive, watch } from "vue";
import { useLiveClient } from "./plugin.ts";
import { refsOf, useStore } from "./store.ts";

export interface UseLive<S extends State = State, A = Actions> {
  /** Reactive, key by key; with what is under way laid over it. Incomplete until the component is mounted. Read-only. */
  readonly state: Readonly<ShallowReactive<Partial<S>>>;
  readonly status: ComputedRef<ComponentStatus>;
  /** There is a state to show. */
  readonly hasState: ComputedRef<boolean>;
  /** A mount, a call or a set is under way. */
  readonly loading: ComputedRef<boolean>;
  /** The last failure, until the next call or set. */
  readonly error: ComputedRef<LiveError | null>;
  /** How much the server has not confirmed: keys that were set or typed, and calls that are kept to be sent later. */
  readonly pending: ComputedRef<number>;
  /** Those keys. */
  readonly unsaved: ComputedRef<readonly string[]>;
  readonly user: ComputedRef<string | null>;
  readonly actions: ActionCalls<A>;
  readonly handle: Live<S, A>;
  /**
   * Resolves once there is a state, and rejects with the `LiveError` where the server refuses the component: for an
   * asynchronous `setup`, and so for Vue's `<Suspense>` and `onErrorCaptured`.
   */
  readonly ready: Promise<Live<S, A>>;
}

/**
 * A component: its state, its actions by name, how it is. Name and options are those of the first time: give a Vue
 * component another `:key` where another room is to be shown.
 */
export function useLive<N extends ComponentName>(name: N, options?: ShareOptions<StateOf<N>>): UseLive<StateOf<N>, ActionsOf<N>>;
export function useLive<S extends State = State, A = Actions>(name: string, options?: ShareOptions<NoInfer<S>>): UseLive<S, A>;
export function useLive(name: string, options?: ShareOptions): UseLive {
  const store = componentStore(useLiveClient(), name, options);
  const shown = useStore(store);
  const state: State = shallowReactive({});
  watch(() => shown.value.state, (now) => show(state, now), { immediate: true, flush: "sync" });
  const { actions, handle } = store.get();
  const refs = refsOf(shown, "status", "hasState", "loading", "error", "pending", "unsaved", "user");
  return {
    ...refs,
    state,
    actions,
    handle,
    // Only for who asks: somebody who waits for it keeps it.
    get ready() {
      return store.ready;
    },
  };
}

/** Writes what differs, so that who shows one key is told of nothing else. */
function show(state: State, now: Readonly<State>): void {
  for (const key of Object.keys(state)) if (!(key in now)) delete state[key];
  Object.assign(state, now);
}
