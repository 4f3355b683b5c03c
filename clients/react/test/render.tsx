// A page of React's, and the server that its components are mounted on.

import { type ReactNode, StrictMode, act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, vi } from "vitest";
import { LiveProvider } from "@liveside/react";
import { type FakeSocket, newUrl, socket } from "../../../daemon/client/test/harness.ts";

let root: Root | undefined;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
});

afterEach(async () => {
  if (root) await leave();
});

/** Renders in StrictMode, which tries everything twice, below a provider of a new client. */
export async function render(children: ReactNode, url = newUrl()): Promise<{ rerender(children: ReactNode): Promise<void> }> {
  document.body.innerHTML = "<main></main>";
  root = createRoot(document.querySelector("main")!);
  const show = (children: ReactNode) => act(async () => root!.render(<StrictMode><LiveProvider url={url}>{children}</LiveProvider></StrictMode>));
  await show(children);
  return { rerender: show };
}

/** The page goes away. */
export async function leave(): Promise<void> {
  await act(async () => root!.unmount());
  root = undefined;
}

/** What the server does, and what React makes of it. */
export async function does(what: (server: FakeSocket) => unknown): Promise<void> {
  await act(async () => void (await what(socket())));
}

/** Accepts the connection and mounts the newest component. */
export const mounts = (id: string, state: object) => does((server) => server.accept().mounted(id, state));

export const text = (selector = "main"): string => document.querySelector(selector)!.textContent!;

export const click = (selector: string) => act(async () => document.querySelector<HTMLElement>(selector)!.click());

/** Somebody types, as React and the client both hear it. */
export async function type(selector: string, value: string): Promise<void> {
  const input = document.querySelector<HTMLInputElement>(selector)!;
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

export const wait = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
