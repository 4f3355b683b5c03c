// Which daemon the components below belong to.

import type { Client, LiveOptions } from "@liveside/client";
import { clientFor } from "@liveside/client/shared";
import { type ReactNode, createContext, createElement, useContext, useState } from "react";

export interface LiveProviderProps extends LiveOptions {
  /** Instead of the options: a client that the app has made itself. */
  client?: Client;
  children?: ReactNode;
}

const ClientContext = createContext<Client | undefined>(undefined);

/** Gives the components below their client. The options are those of the first time. */
export function LiveProvider({ client, children, ...options }: LiveProviderProps): ReactNode {
  const [own] = useState(() => client ?? clientFor(options));
  return createElement(ClientContext.Provider, { value: client ?? own }, children);
}

/** The client of the nearest provider; without one, that of the page's own origin. */
export function useLiveClient(): Client {
  return useContext(ClientContext) ?? clientFor();
}
