// One key of a component: who shows it is told of nothing else.

import type { Handle, State } from "@liveside/client";
import { Follower, type Store } from "./store.ts";

export function keyStore<S extends State, K extends keyof Handle<S> | keyof S>(
  handle: Handle<S>,
  key: K & string,
): Store<K extends keyof S ? S[K] : K extends keyof Handle<S> ? Handle<S>[K] : never> {
  const read = () => (key[0] === "$" ? handle[key as "$user"] : handle.state[key]) as any;
  return new Follower(read, (changed) => [handle.subscribe(key as "$user", changed)]);
}
