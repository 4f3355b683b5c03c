// The public face of a component: its own members, and every other name an action.

import type { Actions, BroadcastSource, CallOptions, FieldOptions, Handle, Live, Rehydration, Room, State, UploadOptions } from "./api.ts";
import type { Component } from "./component.ts";
import { Field } from "./field.ts";

/** Names that JavaScript itself looks for on any object: answering them as actions would call the server by accident. */
const NOT_ACTIONS = /^(then|toJSON)$|^[^A-Za-z]/;

export function createHandle<S extends State = State, A = Actions>(component: Component): Live<S, A> {
  const handle: Handle = {
    get state() {
      return component.layers.view;
    },
    get $connected() {
      return component.connected;
    },
    get $loading() {
      return component.loading;
    },
    get $error() {
      return component.error;
    },
    get $pending() {
      return component.outgoing.queued;
    },
    get $unsaved() {
      return component.layers.unsaved;
    },
    get $user() {
      return component.read("$user") as string | null;
    },
    subscribe: (...args: any[]) => (args.length === 1 ? subscribeAll(component, args[0]) : subscribeKey(component, args[0], args[1])),
    call: (action: string, payload?: unknown, options?: CallOptions) =>
      component.call(action, withoutEvent(payload), options),
    set: (key: string, value: unknown) => component.set(key, value),
    field: (path: string, options?: FieldOptions) => new Field(component, path, options),
    sync: async () => void (await Promise.all(component.layers.drafts(true).map((key) => component.sync(key)))),
    room: (name?: string) => component.room(name) as Room<any>,
    onBroadcast: (type: string, listener: (data: any, from: BroadcastSource) => void) => component.broadcasts.add(type, listener),
    onBinary: (name: string, listener: (bytes: Uint8Array) => void) => component.binaries.add(name, listener),
    onRehydrated: (listener: (rehydration: Rehydration) => void) => component.rehydrations.add(listener),
    upload: (file: Blob, options?: UploadOptions) => component.upload(file, options),
    unmount: () => component.unmount(),
  };
  const actions = new Map<string, (payload?: unknown) => Promise<unknown>>();
  return new Proxy(handle, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      if (typeof name !== "string" || NOT_ACTIONS.test(name)) return undefined;
      // The same function every time: it may be compared, or removed as a listener.
      let action = actions.get(name);
      if (!action) actions.set(name, (action = (payload) => component.call(name, withoutEvent(payload))));
      return action;
    },
  }) as unknown as Live<S, A>;
}

/** An action can be given to `onclick` or React's `onClick` as it is; the event is not its payload. */
function withoutEvent(payload: any): unknown {
  return payload instanceof Event || payload?.nativeEvent instanceof Event ? undefined : payload;
}

function subscribeAll(component: Component, listener: (state: Readonly<State>) => void) {
  const stop = component.watch(undefined, () => listener(component.layers.view));
  if (component.hasState) listener(component.layers.view);
  return stop;
}

function subscribeKey(component: Component, key: string, listener: (value: unknown, previous: unknown) => void) {
  let shown: unknown;
  let told = false;
  const tell = () => {
    const value = component.read(key);
    if (told && Object.is(value, shown)) return;
    const previous = shown;
    shown = value;
    told = true;
    listener(value, previous);
  };
  const stop = component.watch(key, tell);
  if (component.hasState || key[0] === "$") tell();
  return stop;
}
