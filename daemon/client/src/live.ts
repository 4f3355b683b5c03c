// `live(url)`: one client for each URL, however many scripts of a page ask for it.

import type { Actions, Client, Live, LiveOptions, State, UseOptions } from "./api.ts";
import type { Component } from "./component.ts";
import { createHandle } from "./handle.ts";
import { Mounts } from "./mounts.ts";

const DEFAULT_PATH = "/api/live/ws";

const mountsByUrl = new Map<string, Mounts>();

export function live(options: string | LiveOptions = {}): Client {
  const mounts = mountsOf(typeof options === "string" ? { url: options } : options);
  return {
    connection: mounts.connection,
    use<S extends State = State, A = Actions>(component: string, options: UseOptions = {}): Live<S, A> {
      return createHandle<S, A>(mounts.use(component, options));
    },
  };
}

/** The same for the attributes, which work on the component itself. */
export function mountComponent(where: LiveOptions, name: string, options: UseOptions): Component {
  return mountsOf(where).use(name, options);
}

function mountsOf({ url = DEFAULT_PATH, encoding }: LiveOptions): Mounts {
  // Relative to the page, because it is the page that the daemon's origin check judges.
  const resolved = new URL(url, location.href);
  resolved.protocol = resolved.protocol.replace("http", "ws");
  const key = resolved.href;
  let mounts = mountsByUrl.get(key);
  if (!mounts) mountsByUrl.set(key, (mounts = new Mounts(key)));
  if (encoding === "msgpack") mounts.connection.encoding.preferMsgpack();
  return mounts;
}
