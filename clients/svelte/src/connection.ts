// The connection as a store.

import type { Client, Connection } from "@liveside/client";
import { type ConnectionShown, clientFor, connectionStore } from "@liveside/client/shared";
import type { Readable } from "svelte/store";
import { readableOf } from "./store.ts";

/** `{ status, user, error }`. */
export interface ConnectionReadable extends Readable<ConnectionShown> {
  /** For everything else: `auth`, `signOut`, `open`, `close`, `onFrame`. */
  readonly connection: Connection;
}

export function connection(client: Client = clientFor()): ConnectionReadable {
  return { ...readableOf(connectionStore(client.connection)), connection: client.connection };
}
