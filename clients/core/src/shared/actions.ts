// A component's actions as an object of functions, by name: whatever a name is, it is an action.

import type { Actions, Live } from "@liveside/client";

/** Functions by the names of the actions, to be handed to `onClick` as they are. */
export type ActionCalls<A = Actions> = { readonly [K in keyof A]: A[K] };

/** Names that JavaScript, and tools that look into everything, ask any object for. */
const NOT_ACTIONS = /^(then|toJSON)$|^[^A-Za-z]/;

export function actionsOf<A = Actions>(handle: Pick<Live, "call">): ActionCalls<A> {
  const calls = new Map<string, (payload?: unknown) => Promise<unknown>>();
  const get = (_target: object, name: string | symbol) => {
    if (typeof name !== "string" || NOT_ACTIONS.test(name)) return undefined;
    let call = calls.get(name);
    if (!call) {
      call = (payload) => {
        const result = handle.call(name, payload);
        // Also where nobody awaits it, its failure is told: as the component's `error`.
        result.catch(() => {});
        return result;
      };
      calls.set(name, call);
    }
    return call;
  };
  return new Proxy({}, { get }) as ActionCalls<A>;
}
