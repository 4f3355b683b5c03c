// The built files, as a page loads them.

import { beforeEach, describe, expect, it, vi } from "vitest";
import types from "../dist/client.d.ts?raw";
import classicScript from "../dist/client.global.js?raw";
import esModule from "../dist/client.js?raw";
import inspectorPage from "../dist/inspector.html?raw";
import inspector from "../dist/inspector.js?raw";
import msgpack from "../dist/msgpack.js?raw";
import overlay from "../dist/overlay.js?raw";
import upload from "../dist/upload.js?raw";
import { FakeSocket, socket } from "./harness.ts";

describe("the classic script", () => {
  // Nothing ends what a script started when it was loaded: here it must not outlive its page.
  beforeEach(() => void vi.stubGlobal("MutationObserver", class { observe() {} }));

  it("puts the client on window and brings the page to life", () => {
    document.body.innerHTML = `<div live="LiveCounter"><b live-text="count"></b></div>`;
    window.eval(classicScript);
    expect(Object.keys(window.liveside).sort()).toEqual(["LiveError", "handleOf", "live", "start"]);
    expect(window.live).toBe(window.liveside.live);
    expect(FakeSocket.all).toHaveLength(1);
    socket().accept().mounted("id-1", { count: 5 });
    expect(document.querySelector("b")!.textContent).toBe("5");
    expect(window.liveside.handleOf(document.querySelector("b")!)!.state).toEqual({ count: 5 });
  });

  it("waits until the page is read", () => {
    document.body.innerHTML = `<div live="LiveCounter"></div>`;
    const state = vi.spyOn(document, "readyState", "get").mockReturnValue("loading");
    window.eval(classicScript);
    expect(FakeSocket.all).toHaveLength(0);
    state.mockRestore();
    document.dispatchEvent(new Event("DOMContentLoaded"));
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("the ES module", () => {
  it("exports what its types declare", () => {
    const [, names] = /export\s*\{([^}]*)\}/.exec(esModule)!;
    const exported = names!.split(",").map((name) => name.trim().split(" ").at(-1));
    // A function may be declared in several ways.
    const declared = new Set([...types.matchAll(/export declare (?:class|function) (\w+)/g)].map(([, name]) => name));
    expect(exported.sort()).toEqual([...declared].sort());
  });
});

describe("the codec", () => {
  it("is a file of its own: the scripts that every page loads are without it, and its licence is in it", () => {
    const only = "Unrecognized type byte";
    expect([msgpack, esModule, classicScript].map((script) => script.includes(only))).toEqual([true, false, false]);
    expect(msgpack).toContain("The MessagePack Community");
  });
});

describe("what sends files", () => {
  it("is a file of its own: the scripts that every page loads are without it, and it is without them", () => {
    const has = (text: string) => [upload, esModule, classicScript].map((script) => script.includes(text));
    expect(has("FILE_UPLOAD_CHUNK")).toEqual([true, false, false]);
    expect(has("COMPONENT_MOUNT")).toEqual([false, true, true]);
    expect(has("extends Error")).toEqual([false, true, true]);
  });
});

describe("the inspector", () => {
  it("loads the client that lies beside it, as any page would", () => {
    expect(inspector).toContain(`from"./client.js"`);
    expect(inspector).not.toContain("COMPONENT_MOUNT");
    expect(esModule).not.toContain("$inspector");
  });

  it("runs under a strict Content-Security-Policy, and makes no HTML of what it is told", () => {
    expect(inspector).not.toMatch(/\beval\(|new Function|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style"/);
    // The one place where lit-html makes a template of its own text.
    expect(inspector.match(/innerHTML/g)).toHaveLength(1);
    expect(inspectorPage).not.toMatch(/<style|style=|\son\w+=|<script(?! type="module" src="\/live\/inspector\.js"><)/);
  });

  it("carries the licence of the library in it", () => {
    expect(inspector).toMatch(/lit-html\. BSD 3-Clause License/);
  });
});

describe("every script", () => {
  it.each(Object.entries({ esModule, classicScript, msgpack, overlay, upload }))("runs under a strict Content-Security-Policy: %s", (_name, script) => {
    expect(script).not.toMatch(/\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });
});
