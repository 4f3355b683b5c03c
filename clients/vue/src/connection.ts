// The connection as a composable.

import type { Connection, ConnectionStatus, LiveError } from "@liveside/client";
import { connectionStore } from "@liveside/client/shared";
import type { ComputedRef } from "vue";
import { useLiveClient } from "./plugin.ts";
import { refsOf, useStore } from "./store.ts";

export interface UseConnection {
  readonly status: ComputedRef<ConnectionStatus>;
  /** Who is signed in; null for nobody, and until it is known. */
  readonly user: ComputedRef<string | null>;
  /** Why signing in failed, or the end of a session that could not be renewed. */
  readonly error: ComputedRef<LiveError | null>;
  /** For everything else: `auth`, `signOut`, `open`, `close`, `onFrame`. */
  readonly connection: Connection;
}

export function useConnection(): UseConnection {
  const { connection } = useLiveClient();
  return { ...refsOf(useStore(connectionStore(connection)), "status", "user", "error"), connection };
}
