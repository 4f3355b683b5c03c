// Development: what the page does when a component was swapped, or does not build.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clientIs } from "../src/beside.ts";
import { BuildError, renderTerminalText } from "../src/overlay.ts";
import { mounted, newClient, settled, socket } from "./harness.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  // jsdom has no constructed style sheets.
  vi.stubGlobal("CSSStyleSheet", class { replaceSync() {} });
});

describe("a hot swap", () => {
  it("is told to the page as an event", () => {
    const { server } = mounted();
    const seen: unknown[] = [];
    document.addEventListener("liveside:reload", ({ detail }) => seen.push(detail), { once: true });
    server.push({ type: "DEV_RELOAD", ok: true, component: "LiveCounter", version: "1.0.1" });
    expect(seen).toEqual([{ component: "LiveCounter", version: "1.0.1" }]);
  });

  it("mounts what could not be mounted before", async () => {
    const counter = newClient().use("LiveCounter");
    const server = socket().accept();
    server.reply("COMPONENT_MOUNT", { success: false, error: "No component LiveCounter" });
    server.push({ type: "DEV_RELOAD", ok: true, component: "LiveCounter", version: "1.0.1" });
    server.mounted("id-1", { count: 1 });
    expect([counter.state, counter.$error]).toEqual([{ count: 1 }, null]);
  });
});

describe("a failed build", () => {
  it("is at least on the console where the overlay cannot be loaded", async () => {
    const { server } = mounted();
    server.push({ type: "DEV_RELOAD", ok: false, component: "LiveCounter", error: "expected `;`" });
    await settled();
    expect(console.error).toHaveBeenCalledWith("liveside: LiveCounter does not build\nexpected `;`");
  });

  it("loads the overlay from beside the client script and shows it until the next swap", async () => {
    vi.useRealTimers();
    clientIs(import.meta.url.replace(/test.reload.*/, "dist/client.js"));
    const { server } = mounted();
    server.push({ type: "DEV_RELOAD", ok: false, component: "LiveCounter", error: "expected `;`" });
    await vi.waitFor(() => expect(document.querySelector("liveside-build-error")).not.toBeNull());
    server.push({ type: "DEV_RELOAD", ok: true, component: "LiveCounter", version: "1.0.1" });
    await vi.waitFor(() => expect(document.querySelector("liveside-build-error")).toBeNull());
  });
});

describe("the overlay", () => {
  let overlay: BuildError;
  beforeEach(() => (overlay = new BuildError()));
  afterEach(() => overlay.hide());

  const shadow = () => document.querySelector("liveside-build-error")!.shadowRoot!;
  const part = (id: string) => shadow().querySelector<HTMLElement>(`[data-testid=${id}]`)!;

  it("shows the component and the error, as text and nothing else", () => {
    overlay.show("<b>Live</b>", "error: <img src=x onerror=alert(1)>");
    expect(part("overlay-title").textContent).toBe("<b>Live</b> does not build");
    expect(part("overlay-text").textContent).toBe("error: <img src=x onerror=alert(1)>");
    expect(shadow().querySelectorAll("img, b")).toHaveLength(0);
  });

  it("says that the old version goes on working", () => {
    overlay.show(null, "x");
    expect(part("overlay-title").textContent).toBe("A component does not build");
    expect(shadow().querySelector("footer")!.textContent).toContain("goes on working");
  });

  it("is replaced by the next error, not put on top of it", () => {
    overlay.show("A", "first");
    overlay.show("B", "second");
    expect(document.querySelectorAll("liveside-build-error")).toHaveLength(1);
    expect(part("overlay-text").textContent).toBe("second");
  });

  it("closes by Escape and by its button, and gives the focus back", () => {
    const input = document.body.appendChild(document.createElement("input"));
    input.focus();
    overlay.show("A", "x");
    expect(document.activeElement).not.toBe(input);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(document.querySelector("liveside-build-error")).toBeNull();
    expect(document.activeElement).toBe(input);
    overlay.show("A", "x");
    part("overlay-close").click();
    expect(document.querySelector("liveside-build-error")).toBeNull();
    input.remove();
  });

  it("shows a terminal's colours and drops its other commands", () => {
    const nodes = renderTerminalText("\x1b[1m\x1b[38;5;9merror\x1b[0m: \x1b[94mhere\x1b[39m \x1b[2K\x1b]8;;http://x\x07link\x1b]8;;\x07\x1b[48;2;1;2;3m!");
    const shown = nodes.map((node) => [node.textContent, (node as Element).className]);
    expect(shown).toEqual([
      ["error", "red bold"],
      [": ", undefined],
      ["here", "blue"],
      [" ", undefined],
      ["link", undefined],
      ["!", undefined],
    ]);
  });
});
