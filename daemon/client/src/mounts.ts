// Which components of this page are mounted on a connection, and which of them a message is for.

import type { Message, UseOptions } from "./api.ts";
import { Component } from "./component.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { showReload } from "./reload.ts";
import { dropStored } from "./signed.ts";
import { Uploads } from "./uploads.ts";

export class Mounts implements ConnectionEvents {
  readonly connection: Connection;
  readonly uploads: Uploads;
  /** What the states of this socket are stored under: its URL without a query, which may hold credentials. */
  readonly site: string;
  readonly #components = new Set<Component>();
  /** By the server's id. Several, where a page uses the same singleton twice. */
  readonly #byId = new Map<string, Set<Component>>();
  /**
   * Messages to ids that nobody has yet, kept while a mount is under way: a component's first messages
   * may come before the reply that tells its id.
   */
  #early: Message[] = [];
  /** Ids that nobody here uses any more and that the server is not told of yet, with the component's name. */
  readonly #unused = new Map<string, string>();

  constructor(url: string) {
    this.connection = new Connection(url, this);
    this.uploads = new Uploads(this.connection);
    this.connection.onUser(() => {
      for (const component of this.#components) component.userChanged();
    });
    const { host, pathname } = new URL(url);
    this.site = host + pathname;
    dropStored();
  }

  use(name: string, options: UseOptions, stored: boolean): Component {
    const component = new Component(name, options, this.connection, this, stored);
    this.#components.add(component);
    if (this.connection.status === "open") component.mount();
    else this.connection.open();
    return component;
  }

  opened(): void {
    for (const component of this.#components) component.mount();
  }

  identified(signedIn: boolean): void {
    for (const component of this.#components) {
      const { refused } = component;
      if (!refused || (signedIn && refused.code === "AUTH_DENIED")) component.mount();
    }
  }

  /** What was signed for somebody is worth nothing to anybody else, and who comes after may look into the storage. */
  signedOut(): void {
    dropStored(this.site);
    for (const component of this.#components) component.signed.keep(undefined);
  }

  lost(): void {
    this.#byId.clear();
    this.#unused.clear();
    for (const component of this.#components) component.connectionLost();
    this.uploads.lost();
  }

  pingTarget(): string {
    const [id = ""] = this.#byId.keys();
    return id;
  }

  message(message: Message): void {
    const { type, componentId } = message;
    if (type === "DEV_RELOAD") this.#reloaded(message);
    else if (type === "FILE_UPLOAD_ERROR") this.uploads.refused(message);
    // To a connection once, whichever of its components are in the room.
    else if (type === "BROADCAST" || type === "ROOM_SYSTEM") for (const component of [...this.#components]) component.receive(message);
    else if (componentId === undefined) {
      // About the connection itself. What went wrong there is for the developer, not for a component.
      if (type === "ERROR") console.error(`liveside: ${message.error}`);
    } else {
      const components = this.#byId.get(componentId);
      if (components && type === "COMPONENT_UNMOUNTED") this.#byId.delete(componentId);
      if (components) for (const component of [...components]) component.receive(message);
      else if (this.#mounting) this.#early.push(message);
    }
  }

  /** A component got its id: from now on messages find it, and those that came early reach it now. */
  join(component: Component, id: string): void {
    const others = this.#byId.get(id);
    if (others) others.add(component);
    else this.#byId.set(id, new Set([component]));
    const early = this.#early;
    this.#early = [];
    for (const message of early) {
      if (message.componentId === id) component.receive(message);
      else this.#early.push(message);
    }
  }

  /** Components with the same id as this one: handles on one instance. */
  others(component: Component): Component[] {
    return [...(this.#byId.get(component.id ?? "") ?? [])].filter((other) => other !== component);
  }

  /** A component ends. The server is told once nobody here uses the id any more. */
  leave(component: Component, id: string | undefined): void {
    this.#components.delete(component);
    if (id === undefined) return;
    const others = this.#byId.get(id);
    others?.delete(component);
    if (others?.size) return;
    this.#byId.delete(id);
    this.#unused.set(id, component.name);
    this.#unmountUnused();
  }

  /** A mount came to its end, one way or the other. */
  settled(): void {
    if (!this.#mounting) this.#early = [];
    this.#unmountUnused();
  }

  /**
   * A mount of the same component that is under way may be given the same id, and the server counts a connection
   * once: told of the end now, it would end both.
   */
  #unmountUnused(): void {
    for (const [id, name] of this.#unused) {
      if ([...this.#components].some((component) => component.mounting && component.name === name)) continue;
      this.#unused.delete(id);
      if (!this.#byId.has(id)) this.connection.send({ type: "COMPONENT_UNMOUNT", componentId: id });
    }
  }

  get #mounting(): boolean {
    return [...this.#components].some((component) => component.mounting);
  }

  #reloaded(message: Message): void {
    showReload(message);
    // What could not be mounted may be there now.
    if (message.ok) for (const component of this.#components) if (component.refused) component.mount();
  }
}
