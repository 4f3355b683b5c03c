// `live(url)`: one client for each URL, however many scripts of a page ask for it.

import type { Client, LiveOptions, UseOptions } from "./api.ts";
import type { Component } from "./component.ts";
import { createHandle } from "./handle.ts";
import { Mounts } from "./mounts.ts";

const DEFAULT_PATH = "/api/live/ws";

const mountsByUrl = new Map<string, Mounts>();

export function live(options?: LiveOptions): Client;
export function live(url: string, options?: Omit<LiveOptions, "url">): Client;
export function live(where: string | LiveOptions = {}, more?: LiveOptions): Client {
  const options = typeof where === "string" ? { ...more, url: where } : where;
  const mounts = mountsOf(options);
  return {
    connection: mounts.connection,
    use: (component: string, use: UseOptions = {}) => createHandle<any, any>(mounts.use(component, use, options.storage !== false)),
  };
}

/** The same for the attributes, which work on the component itself. */
export function mountComponent(where: LiveOptions, name: string, options: UseOptions): Component {
  return mountsOf(where).use(name, options, where.storage !== false);
}

function mountsOf({ url = DEFAULT_PATH, encoding, auth }: LiveOptions): Mounts {
  // Relative to the page, because it is the page that the daemon's origin check judges.
  const resolved = new URL(url, location.href);
  resolved.protocol = resolved.protocol.replace("http", "ws");
  const key = resolved.href;
  let mounts = mountsByUrl.get(key);
  if (!mounts) mountsByUrl.set(key, (mounts = new Mounts(key)));
  if (auth) mounts.connection.identity.offer(auth);
  if (encoding === "msgpack") mounts.connection.encoding.preferMsgpack();
  return mounts;
}
