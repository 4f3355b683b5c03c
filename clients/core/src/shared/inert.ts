// The client where there is no browser: a server that renders a page shows what it was given, and mounts nothing.

import { type Client, type Connection, LiveError, type LiveOptions, type State, live } from "@liveside/client";

export const isServer = (): boolean => typeof window === "undefined";

/** The client for these options; on a server, one that does nothing. */
export function clientFor(options?: LiveOptions): Client {
  return isServer() ? inertClient : live(options);
}

const nothing = () => {};

const fail = async () => {
  throw new LiveError("Nothing is mounted on a server", "NOT_CONNECTED");
};

/** Whatever it is asked for beyond these it refuses. */
function inert(fields: Record<string, unknown>): unknown {
  return new Proxy(fields, { get: (target, name) => (name in target || typeof name !== "string" ? Reflect.get(target, name) : fail) });
}

const inertConnection = inert({
  url: "",
  status: "closed",
  user: null,
  onStatus: () => nothing,
  onUser: () => nothing,
  onFrame: () => nothing,
  open: nothing,
  close: nothing,
}) as Connection;

function inertHandle(initialState: Readonly<State> | undefined): unknown {
  const state = Object.freeze({ ...initialState });
  const value = (path: string) => path.split(".").reduce<any>((from, key) => from?.[key], state);
  const subscribe = (...[first]: unknown[]) => {
    if (initialState && typeof first === "function") first(state);
    return nothing;
  };
  const field = (path: string) => inert({ value: value(path), dirty: false, bind: () => nothing, blur: nothing, change: nothing, revert: nothing });
  const room = (name = "") => inert({ name, state: {}, on: () => nothing, onState: () => nothing, onMembers: () => nothing });
  const shown = { $connected: false, $loading: true, $pending: 0, $unsaved: [], $user: null, $error: null };
  const listening = { subscribe, onBroadcast: () => nothing, onBinary: () => nothing, onRehydrated: () => nothing };
  return inert({ state, ...shown, ...listening, field, room, unmount: nothing, then: undefined });
}

const inertClient: Client = {
  connection: inertConnection,
  use: (_name: string, { initialState }: { initialState?: Readonly<State> | undefined } = {}) => inertHandle(initialState) as any,
};
