// Which daemon the components of an app belong to.

import type { Client, LiveOptions } from "@liveside/client";
import { clientFor } from "@liveside/client/shared";
import { type App, type InjectionKey, inject } from "vue";

export interface LivesideOptions extends LiveOptions {
  /** Instead of the options: a client that the app has made itself. */
  client?: Client;
}

export interface Liveside {
  readonly client: Client;
  install(app: App): void;
}

const CLIENT: InjectionKey<Client> = Symbol("liveside");

/** The plugin: `createApp(App).use(createLiveside({ … }))`. */
export function createLiveside({ client: given, ...options }: LivesideOptions = {}): Liveside {
  const client = given ?? clientFor(options);
  return { client, install: (app) => void app.provide(CLIENT, client) };
}

/** The client of the app; without the plugin, that of the page's own origin. */
export function useLiveClient(): Client {
  return inject(CLIENT, () => clientFor(), true);
}
