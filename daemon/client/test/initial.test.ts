// A state to begin with, which the page was rendered with.

import { afterEach, describe, expect, it } from "vitest";
import type { Stop } from "../src/api.ts";
import { start } from "../src/html/start.ts";
import { mounted, newClient, newUrl, reconnected, socket } from "./harness.ts";

let stop: Stop = () => {};
afterEach(() => stop());

describe("an initial state", () => {
  it("is shown until the server has told its own, which it is not told of", () => {
    const counter = newClient().use("LiveCounter", { initialState: { count: 3 } });
    const shown: unknown[] = [];
    counter.subscribe("count", (count) => shown.push(count));
    expect(counter.state).toEqual({ count: 3 });
    expect([counter.$connected, counter.$loading]).toEqual([false, true]);
    const server = socket().accept();
    expect(server.last("COMPONENT_MOUNT").payload).toEqual({ component: "LiveCounter" });
    server.mounted("id-1", { count: 4, users: 1 });
    expect(counter.state).toEqual({ count: 4, users: 1 });
    expect([counter.$connected, counter.$loading]).toEqual([true, false]);
    expect(shown).toEqual([3, 4]);
  });

  it("stays, the very same, where the server tells the same", () => {
    const counter = newClient().use("LiveList", { initialState: { items: [{ id: 1 }], open: true } });
    const states: unknown[] = [];
    counter.subscribe((state) => states.push(state));
    socket().accept().mounted("id-1", { items: [{ id: 1 }], open: true });
    expect(states).toHaveLength(1);
    expect(counter.state).toBe(states[0]);
  });

  it("is not the caller's to change", () => {
    const given = { items: [1] };
    const list = newClient().use("LiveList", { initialState: given });
    given.items.push(2);
    expect(list.state).toEqual({ items: [1] });
  });

  it("stays where the server refuses the mount", () => {
    const counter = newClient().use("LiveCounter", { initialState: { count: 3 } });
    socket().accept().reply("COMPONENT_MOUNT", { success: false, error: "No such component", code: "COMPONENT_NOT_FOUND" });
    expect(counter.state).toEqual({ count: 3 });
    expect([counter.$loading, counter.$error?.code]).toEqual([false, "COMPONENT_NOT_FOUND"]);
  });

  it("may stand in the page", () => {
    document.body.setAttribute("live-url", newUrl());
    document.body.innerHTML = `<div live="LiveCounter" live-initial='{"count":3}'><b live-text="count">…</b></div>`;
    stop = start();
    const text = () => document.querySelector("b")!.textContent;
    expect(text()).toBe("3");
    socket().accept().mounted("id-1", { count: 4 });
    expect(text()).toBe("4");
  });
});

describe("a state that is told again", () => {
  it("keeps what has not changed, so that nobody is told of it", () => {
    const { counter } = mounted({ items: [{ id: 1 }], count: 1 });
    const told: unknown[] = [];
    counter.subscribe("items", (items) => told.push(items));
    const { items } = counter.state;
    reconnected().mounted("id-2", { items: [{ id: 1 }], count: 2 });
    expect(counter.state).toEqual({ items: [{ id: 1 }], count: 2 });
    expect(counter.state.items).toBe(items);
    expect(told).toHaveLength(1);
  });
});

describe("what the server has not confirmed", () => {
  it("is told key by key: what was set, and what was typed", () => {
    const { counter, server } = mounted({ name: "old", email: "" });
    const told: unknown[] = [];
    counter.subscribe("$unsaved", (keys) => told.push([...keys]));
    counter.set("name", "new").catch(() => {});
    const email = counter.field("email", { syncOn: "manual" });
    email.change("a@b.c");
    expect(counter.$unsaved).toEqual(["name", "email"]);
    server.reply("PROPERTY_UPDATE", {});
    email.revert();
    expect(told).toEqual([[], ["name"], ["name", "email"], ["email"], []]);
  });

  it("is nothing any more once the server has refused it", () => {
    const { counter, server } = mounted({ name: "old" });
    counter.set("name", "new").catch(() => {});
    server.reply("PROPERTY_UPDATE", { success: false, error: "not here", code: "INVALID_PAYLOAD" });
    expect([counter.state.name, counter.$unsaved]).toEqual(["old", []]);
  });

  it("is kept without a connection", () => {
    const { counter, server } = mounted({ name: "old" });
    server.drop();
    counter.field("name").change("new");
    expect([counter.state.name, counter.$unsaved]).toEqual(["new", ["name"]]);
  });
});
