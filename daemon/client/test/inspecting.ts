// What an inspector is told, as small as a test can have it, and the page that is told it.

import { vi } from "vitest";
import type {
  ConnectionRow,
  InspectorState,
  InstanceEvent,
  InstanceRow,
  ModuleRow,
  RoomEvent,
  SelectedInstance,
  SelectedRoom,
} from "../src/inspector/contract.ts";
import { App } from "../src/inspector/app.ts";
import { listenForKeys } from "../src/inspector/keyboard.ts";
import { type FakeSocket, newUrl, socket } from "./harness.ts";
import { live } from "../src/live.ts";

export const INSPECTOR = "inspector-1";

export const instance = (id: string, more: Partial<InstanceRow> = {}): InstanceRow => ({
  id,
  component: "LiveCounter",
  version: "1.0.0",
  connectionId: "c-1",
  members: null,
  waiting: 0,
  busy: false,
  stateBytes: 12,
  rooms: [],
  lost: false,
  ...more,
});

export const connection = (id: string, more: Partial<ConnectionRow> = {}): ConnectionRow => ({
  id,
  userId: null,
  ageMs: 1000,
  silentMs: 0,
  waitingBytes: 0,
  ...more,
});

export const module = (component: string, more: Partial<ModuleRow> = {}): ModuleRow => ({
  module: `${component}.wasm`,
  component,
  version: "1.0.0",
  bytes: 2048,
  kind: "component",
  instances: 1,
  workers: { live: 1, recycled: 0, trapped: 0 },
  health: { status: "healthy", events: 10, broken: 0, meanMs: 0.5, lastEventMs: 100 },
  actions: ["increment"],
  ...more,
});

export const event = (seq: number, more: Partial<InstanceEvent> = {}): InstanceEvent => ({
  seq,
  at: 1_000_000 + seq,
  kind: "action",
  instance: "i-1",
  component: "LiveCounter",
  name: "increment",
  payload: null,
  delta: { count: seq },
  result: null,
  error: null,
  outcome: "ok",
  tookUs: 85,
  connection: "c-1",
  userId: null,
  request: "r-1",
  canTravel: true,
  ...more,
});

export const roomEvent = (seq: number, more: Partial<RoomEvent> = {}): RoomEvent => ({
  seq,
  at: 1_000_000 + seq,
  kind: "room:emit",
  room: "lobby",
  name: "hello",
  data: { n: seq },
  from: "i-1",
  ...more,
});

export const selected = (id: string, more: Partial<SelectedInstance> = {}): SelectedInstance => ({
  kind: "instance",
  id,
  component: "LiveCounter",
  version: "1.0.0",
  there: true,
  busy: false,
  state: { count: 1, name: "Ada" },
  private: null,
  rooms: ["lobby"],
  timers: [],
  actions: ["increment", "reset"],
  canTravel: true,
  ...more,
});

export const selectedRoom = (name: string, more: Partial<SelectedRoom> = {}): SelectedRoom => ({
  kind: "room",
  name,
  there: true,
  logic: null,
  state: { topic: "news" },
  members: [{ id: "i-1", component: "LiveCounter" }],
  serverOnly: false,
  ...more,
});

export function inspectorState(more: Partial<InspectorState> = {}): InspectorState {
  const table = <Row>(...rows: Row[]) => ({ total: rows.length, rows });
  return {
    daemon: { version: "0.1.0", mode: "development", uptimeMs: 61_000, memoryBytes: 1024 * 1024, mayEdit: true },
    counts: { connections: 1, instances: 2, rooms: 1, timers: 0, uploads: 0, workers: 2, messages: 1234, waitingBytes: 0 },
    connections: table(connection("c-1")),
    instances: table(instance("i-1"), instance("i-2", { component: "LiveForm" })),
    rooms: table({ name: "lobby", logic: null, members: 1, stateBytes: 20, serverOnly: false }),
    modules: table(module("LiveCounter"), module("LiveForm")),
    swaps: [],
    selected: null,
    news: { batch: 0, lost: 0, events: [] },
    ...more,
  };
}

export const inProduction = { daemon: { ...inspectorState().daemon, mode: "production" as const, mayEdit: false } };

/** Waits until what changed is drawn. */
export const drawn = () => vi.advanceTimersByTimeAsync(20);

/** The page, mounted with this state. */
export async function openPage(
  hash = "",
  more: Partial<InspectorState> = {},
): Promise<{ app: App; server: FakeSocket; root: HTMLElement }> {
  const opened = await loadPage(hash);
  opened.server.mounted(INSPECTOR, inspectorState(more));
  await drawn();
  return opened;
}

/** The page, which is not mounted yet. */
export async function loadPage(hash = ""): Promise<{ app: App; server: FakeSocket; root: HTMLElement }> {
  history.replaceState(null, "", location.pathname + hash);
  document.body.innerHTML = "<div></div>";
  const root = document.body.firstElementChild as HTMLElement;
  const app = new App(live({ url: newUrl(), storage: false }), root);
  listenForKeys(app);
  const server = socket().accept();
  await drawn();
  return { app, server, root };
}

export const at = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)!;
export const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
export const rows = () => all("[data-testid=row]").map((row) => row.textContent!.trim());

/** The payloads of the calls of one of the inspector's actions. */
export const called = (server: FakeSocket, action: string): unknown[] =>
  server.sent
    .filter((message) => message.type === "CALL_ACTION" && message["action"] === action)
    .map((message) => message["payload"]);

/** Answers the newest call of an action. */
export function answer(server: FakeSocket, action: string, result: unknown = null): void {
  const message = server.sent.filter((message) => message["action"] === action).at(-1)!;
  server.answer(message, { result });
}

export function refuse(server: FakeSocket, action: string, error: string): void {
  const message = server.sent.filter((message) => message["action"] === action).at(-1)!;
  server.answer(message, { success: false, error, code: "ACTION_FAILED" });
}

export function press(key: string, target: EventTarget = document.activeElement ?? document.body): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

export function type(field: HTMLElement, text: string): void {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The address changes, as by a link. */
export async function follow(hash: string): Promise<void> {
  history.replaceState(null, "", location.pathname + hash);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  await drawn();
}
