// All of the probe but the number, which the two versions call differently: `first.ts`, `second.ts`.

import { Component, LiveError, action, roomEvent, timer } from "@liveside/component";
import type { Mount, RoomEvent, Schema, Timer, Upload } from "@liveside/component";

/** What both versions say of themselves. */
export const setup = { name: "TsProbe", setValue: true, persistent: { kept: 0 } };

export function schemaOf(number: string): Schema {
  return { type: "object", required: [number], properties: { [number]: { type: "integer" } } };
}

export function rename(state: Record<string, unknown>, from: string, to: string): void {
  if (!(from in state)) return;
  state[to] = state[from];
  delete state[from];
}

interface Key {
  key: string;
}

interface Started {
  ms: number;
  name: string;
  payload?: unknown;
}

interface InRoom {
  room: string;
}

interface Session {
  authenticated: boolean;
  userId: string | null;
  roles: string[];
  label: string | null;
}

export abstract class Probe extends Component {
  log: string[] = [];
  changed: string[] = [];

  protected abstract get number(): number;
  protected abstract set number(number: number);

  // Hooks.

  onConnect(): void {
    this.log.push("connect");
  }

  onMount({ room }: Mount): void {
    this.log.push(`mount ${room ?? "-"}`);
  }

  onRehydrate(from: string): void {
    this.log.push(`rehydrate ${from}`);
  }

  onReload(from: string): void {
    this.log.push(`reload ${from}`);
  }

  onRoomJoin(room: string): void {
    this.log.push(`join ${room}`);
  }

  onRoomLeave(room: string): void {
    this.log.push(`leave ${room}`);
  }

  @timer("tick")
  @timer("tock")
  ticked(payload: unknown, { name }: Timer): void {
    this.log.push(`timer ${name} ${JSON.stringify(payload ?? null)}`);
  }

  @roomEvent("NEWS", { room: "*" })
  news(data: unknown, { room }: RoomEvent): void {
    this.log.push(`news ${room} ${JSON.stringify(data)}`);
  }

  onAction(name: string): void {
    if (name === "forbidden") throw new Error("Never.");
  }

  onStateChange(keys: string[]): void {
    if (keys.some((key) => key !== "log")) this.changed = keys.sort();
  }

  onDisconnect(): void {
    this.bump({ key: "disconnected" });
  }

  onDestroy(): void {
    this.bump({ key: "destroyed" });
  }

  onUpload(upload: Upload): void {
    switch (upload.stage) {
      case "start":
        if (upload.filename.endsWith(".png")) throw new Error("No pictures.");
        break;
      case "complete": {
        let length = 0;
        for (const bytes of this.context.uploads.pieces(upload.id)) length += bytes.length;
        this.log.push(`upload complete ${length}`);
        break;
      }
      default:
        this.log.push(`upload ${upload.stage}`);
    }
  }

  // Answers and failures.

  @action
  echo(payload?: unknown): unknown {
    return payload;
  }

  @action
  nothing(): void {}

  @action
  fail({ message }: { message: string }): never {
    this.number += 1;
    throw new Error(message);
  }

  @action
  deny(): never {
    throw LiveError.denied("Not you.");
  }

  /** A type that promises too much. */
  @action
  crash(): string {
    this.number += 1;
    const nobody = null as unknown as { name: string };
    return nobody.name;
  }

  @action
  spin(): never {
    for (;;);
  }

  @action({ rateLimit: { burst: 2, perMinute: 1 } })
  limited(): void {}

  @action({ access: { roles: ["admin"] } })
  admin(): void {}

  @action
  forbidden(): void {}

  /** Not public. */
  secretly(): void {}

  // What is kept beside the state.

  @action
  remember({ key, value }: Key & { value: unknown }): void {
    this.context.private.set(key, value);
  }

  @action
  recall({ key }: Key): unknown {
    return this.context.private.get(key);
  }

  @action
  keep({ key, value }: Key & { value: unknown }): void {
    this.context.persistent.set(key, value);
  }

  @action
  kept({ key }: Key): unknown {
    return this.context.persistent.get(key);
  }

  @action
  bump({ key }: Key): number {
    return this.context.persistent.update<number>(key, (number = 0) => number + 1);
  }

  @action
  store({ key, text }: Key & { text: string }): void {
    this.context.store.set(key, text);
  }

  @action
  stored({ key }: Key): string | null {
    return this.context.store.getText(key);
  }

  // Timers and rooms.

  @action
  after({ ms, name, payload }: Started): number {
    return this.context.timers.after(ms, name, payload);
  }

  @action
  every({ ms, name, payload }: Started): number {
    return this.context.timers.every(ms, name, payload);
  }

  @action
  cancel({ timer }: { timer: number }): void {
    this.context.timers.cancel(timer);
  }

  @action
  join({ room }: InRoom): void {
    this.context.rooms.join(room);
  }

  @action
  leave({ room }: InRoom): void {
    this.context.rooms.leave(room);
  }

  @action
  emit({ room, event, data }: InRoom & { event: string; data: unknown }): number {
    return this.context.rooms.get(room).emit(event, data);
  }

  @action
  roomState({ room }: InRoom): Record<string, unknown> {
    return this.context.rooms.get(room).state();
  }

  @action
  setRoomState({ room, changes }: InRoom & { changes: Record<string, unknown> }): void {
    this.context.rooms.get(room).setState(changes);
  }

  @action
  members({ room }: InRoom): number {
    return this.context.rooms.get(room).members().length;
  }

  @action({ name: "call" })
  callRoom({ room, action, payload }: InRoom & { action: string; payload?: unknown }): unknown {
    return this.context.rooms.get(room).call<unknown>(action, payload);
  }

  @action
  broadcast({ kind, data }: { kind: string; data: unknown }): number {
    return this.context.broadcast(kind, data);
  }

  // The world outside.

  @action
  fetch({ url }: { url: string }): { status: number; body: string } {
    const response = this.context.http.fetch(url);
    return { status: response.status, body: response.text() };
  }

  @action
  session(): Session {
    const { authenticated, userId, roles, label } = this.context.session;
    return { authenticated, userId, roles, label };
  }

  @action
  config({ key }: Key): string | null {
    return this.context.config.get(key);
  }

  @action
  now(): number {
    return this.context.clock.now();
  }

  @action
  random(): string {
    const bytes = this.context.random.bytes(16);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  @action
  say({ message }: { message: string }): void {
    this.context.log.info(message);
  }

  @action
  binary({ name, text }: { name: string; text: string }): void {
    this.context.pushBinary(name, text);
  }

  /** The engine has no files, no sockets and no environment to ask for. */
  @action
  outside(): { files: null; network: null; environment: number } {
    const environment = Object.keys(globalThis.process?.env ?? {}).length;
    return { files: null, network: null, environment };
  }
}
