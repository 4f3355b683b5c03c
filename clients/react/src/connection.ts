// The connection as a hook.

import type { Connection } from "@liveside/client";
import { type ConnectionShown, connectionStore } from "@liveside/client/shared";
import { useLiveClient } from "./provider.ts";
import { useStore } from "./store.ts";

export interface UseConnection extends ConnectionShown {
  /** For everything else: `auth`, `signOut`, `open`, `close`, `onFrame`. */
  readonly connection: Connection;
}

const closed = { status: "closed", user: null, error: null } as const;

export function useConnection(): UseConnection {
  const { connection } = useLiveClient();
  return { ...useStore(connectionStore(connection), () => closed), connection };
}
