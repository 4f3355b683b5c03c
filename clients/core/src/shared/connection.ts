// The connection as a page shows it.

import type { Connection, ConnectionStatus, LiveError } from "@liveside/client";
import { Follower, type Store } from "./store.ts";

export interface ConnectionShown {
  readonly status: ConnectionStatus;
  /** Who is signed in; null for nobody, and until it is known. */
  readonly user: string | null;
  /** Why signing in failed, or the end of a session that could not be renewed. */
  readonly error: LiveError | null;
}

const stores = new WeakMap<Connection, Store<ConnectionShown>>();

export function connectionStore(connection: Connection): Store<ConnectionShown> {
  let store = stores.get(connection);
  if (store) return store;
  let error: LiveError | null = null;
  const read = () => ({ status: connection.status, user: connection.user, error });
  const follow = (changed: () => void) => [
    connection.onStatus(changed),
    connection.onUser((_user, why) => {
      error = why;
      changed();
    }),
  ];
  stores.set(connection, (store = new Follower(read, follow)));
  return store;
}
