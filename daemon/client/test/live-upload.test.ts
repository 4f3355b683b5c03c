// The attribute `live-upload`.

import { afterEach, describe, expect, it, vi } from "vitest";
import type { Stop } from "../src/api.ts";
import { clientIs } from "../src/beside.ts";
import { start } from "../src/html/start.ts";
import { type FakeSocket, newUrl, settled, socket } from "./harness.ts";
import { type FakeFile, UploadServer, expectStored, file, later, refusal, sent, withSender } from "./uploading.ts";

withSender();

let stop: Stop = () => {};
const added: [string, (event: Event) => void][] = [];

afterEach(() => {
  stop();
  for (const [type, listener] of added.splice(0)) document.body.removeEventListener(type, listener);
});

const EVENTS = ["start", "progress", "complete", "error"].map((what) => `liveside:upload-${what}`);

/** A page with one mounted component, and what it is told of uploads. */
function livePage(html: string) {
  document.body.setAttribute("live-url", newUrl());
  document.body.innerHTML = html;
  stop = start();
  const server = socket().accept();
  server.mounted("id-1");
  const events: CustomEvent[] = [];
  for (const type of EVENTS) {
    const listener = (event: Event) => void events.push(event as CustomEvent);
    document.body.addEventListener(type, listener);
    added.push([type, listener]);
  }
  const seen = () => events.map(({ type, detail }) => `${type.slice("liveside:upload-".length)} ${detail.file.name}`);
  return { server, uploads: new UploadServer(server), events, seen };
}

function $<E extends Element = HTMLElement>(selector: string): E {
  return document.querySelector<E>(selector)!;
}

/** What the attribute needs is there by then. */
const loaded = () => import(/* @vite-ignore */ import.meta.url.replace(/test.live-upload.*/, "dist/upload.js")).then(settled);

/** The same, with its attributes brought to life: what does that is loaded. */
async function bound(html: string) {
  const it = livePage(html);
  const zone = document.querySelector("[live-upload]:not(input)");
  // What is dropped is taken from then on.
  await vi.waitFor(() => expect(zone === null || isTaken(drag("dragover", zone, []))).toBe(true), { interval: 1 });
  zone?.classList.remove("live-dragover");
  return it;
}

/** Somebody chooses files with an input. */
function choose(input: HTMLInputElement, ...files: FakeFile[]): void {
  Object.defineProperty(input, "files", { configurable: true, value: files });
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function drag(type: string, target: Element, files: FakeFile[], fields: object = {}): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: { types: ["Files"], files }, relatedTarget: null, ...fields });
  target.dispatchEvent(event);
  return event;
}

const isTaken = (event: Event) => event.defaultPrevented;

/** The choosers that are opened. */
function choosers(): HTMLInputElement[] {
  const opened: HTMLInputElement[] = [];
  vi.spyOn(HTMLInputElement.prototype, "click").mockImplementation(function (this: HTMLInputElement) {
    opened.push(this);
  });
  return opened;
}

const names = (server: FakeSocket) => sent(server, "FILE_UPLOAD_START").map(({ filename }) => filename);

describe("live-upload on an input", () => {
  const HTML = `<div live="X"><input type="file" live-upload multiple></div>`;

  it("sends every file that is chosen, and tells what becomes of each", async () => {
    const { server, uploads, events, seen } = livePage(HTML);
    const [one, two] = [file(3, "1.png"), file(4, "2.png")];
    choose($("input"), one, two);
    await uploads.asked();
    await later();
    expect(names(server)).toEqual(["1.png", "2.png"]);
    const each = ["complete", "progress", "start"].flatMap((what) => [`${what} 1.png`, `${what} 2.png`]);
    expect(seen().sort()).toEqual(each);
    const of1 = events.filter(({ detail }) => detail.file === one);
    expect(of1.map(({ type }) => type)).toEqual(["liveside:upload-start", "liveside:upload-progress", "liveside:upload-complete"]);
    const [{ upload }, { progress }, { result }] = of1.map(({ detail }) => detail) as [any, any, any];
    expect([of1[0]!.target, upload.progress]).toEqual([$("input"), { bytesUploaded: 3, totalBytes: 3, percent: 100 }]);
    expect(progress).toBe(upload.progress);
    expectStored(uploads, result.fileUrl, one);
  });

  it("sends what is chosen before what sends it is loaded, once", async () => {
    const { server, uploads, seen } = livePage(HTML);
    choose($("input"), file(3, "early.png"));
    expect(seen()).toEqual([]);
    await uploads.asked();
    await later();
    choose($("input"), file(3, "late.png"));
    await vi.waitFor(() => expect(names(server)).toEqual(["early.png", "late.png"]), { interval: 1 });
  });

  it("sends nothing that is there already, as after a reload in some browsers", async () => {
    const { server } = livePage(HTML);
    Object.defineProperty($("input"), "files", { value: [file(3)] });
    await loaded();
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("tells of a refusal, and may be given the same file again", async () => {
    const { uploads, events, seen } = livePage(HTML);
    const value = vi.fn();
    Object.defineProperty($("input"), "value", { set: value });
    uploads.instead = () => refusal({ type: "FILE_UPLOAD_START_RESPONSE", error: "No pictures" });
    choose($("input"), file(3));
    await uploads.asked();
    await later();
    expect(seen()).toEqual(["start photo.png", "error photo.png"]);
    const { upload, error } = events[1]!.detail;
    expect(error).toMatchObject({ name: "LiveError", code: "UPLOAD_REJECTED", message: "No pictures" });
    expect(upload).toBe(events[0]!.detail.upload);
    expect(value).toHaveBeenCalledExactlyOnceWith("");
  });

  it("can be cancelled by who is told of its start", async () => {
    const { server, uploads, seen } = livePage(HTML);
    document.body.addEventListener("liveside:upload-start", ({ detail }) => detail.upload.cancel(), { once: true });
    choose($("input"), file(3, "1.png"), file(4, "2.png"));
    await uploads.asked();
    await later();
    expect(names(server)).toEqual(["2.png"]);
    expect(seen()).toEqual(["start 1.png", "start 2.png", "error 1.png", "progress 2.png", "complete 2.png"]);
  });

  it("sends nothing once it is stopped", async () => {
    const { server, uploads } = livePage(HTML);
    const input = $<HTMLInputElement>("input");
    choose(input, file(3, "1.png"));
    await uploads.asked();
    await later();
    input.remove();
    await settled();
    choose(input, file(3, "2.png"));
    stop();
    const other = livePage(HTML);
    choose($("input"), file(3, "3.png"));
    stop();
    await loaded();
    choose($("input"), file(3, "4.png"));
    await later();
    expect([names(server), names(other.server), other.seen()]).toEqual([["1.png"], [], []]);
  });

  it("says so where what sends files cannot be loaded", async () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    clientIs("nothing:///client.js");
    livePage(HTML);
    await vi.waitFor(() => expect(report).toHaveBeenCalledOnce());
    expect(report.mock.calls[0]).toEqual(["liveside: live-upload:", expect.objectContaining({ code: "NOT_CONNECTED" })]);
  });
});

describe("live-upload on anything else", () => {
  const HTML = `<div live="X"><p live-upload>Drop <b>it</b> <button id="other">?</button></p></div>`;

  it("takes what is dropped, every file of it", async () => {
    const { server, uploads, seen } = await bound(HTML);
    expect(isTaken(drag("drop", $("b"), [file(3, "1.png"), file(4, "2.png")]))).toBe(true);
    expect(seen()).toEqual(["start 1.png", "start 2.png"]);
    await uploads.asked();
    await later();
    expect(names(server)).toEqual(["1.png", "2.png"]);
    expect(seen().filter((event) => event.startsWith("complete"))).toHaveLength(2);
  });

  it("shows that it would take what is dragged over it", async () => {
    await bound(HTML);
    const zone = $("p");
    const isShown = () => zone.classList.contains("live-dragover");
    expect([isTaken(drag("dragover", $("b"), [])), isShown()]).toEqual([true, true]);
    drag("dragleave", $("b"), [], { relatedTarget: zone });
    expect(isShown()).toBe(true);
    drag("dragleave", zone, [], { relatedTarget: document.body });
    expect(isShown()).toBe(false);
    drag("dragover", zone, []);
    drag("drop", zone, []);
    expect(isShown()).toBe(false);
    drag("dragover", zone, []);
    stop();
    expect(isShown()).toBe(false);
  });

  it("leaves what is no file alone", async () => {
    const { seen } = await bound(HTML);
    const text = { dataTransfer: { types: ["text/plain"], files: [] } };
    expect(["dragover", "drop"].map((type) => isTaken(drag(type, $("p"), [], text)))).toEqual([false, false]);
    drag("dragleave", $("b"), [], { ...text, relatedTarget: $("p") });
    expect([$("p").classList.contains("live-dragover"), seen()]).toEqual([false, []]);
  });

  it("refuses what it does not accept, without asking the server", async () => {
    const { server, uploads, events, seen } = await bound(`<div live="X"><p live-upload accept=".PDF, image/*,text/plain"></p></div>`);
    const files = [
      file(1, "a.pdf", ""),
      file(1, "b.Pdf", "application/pdf"),
      file(1, "c", "image/webp"),
      file(1, "d.md", "text/plain"),
      file(1, "e.md", "text/markdown"),
      file(1, "f.pdf.exe", "application/x-msdownload"),
      file(1, "image", "application/image"),
      file(1, "imagex", "imagex/png"),
      file(1, "plainer", "text/plainer"),
    ];
    drag("drop", $("p"), files);
    const what = (index: number) => (index < 4 ? "start" : "error");
    expect(seen()).toEqual(files.map(({ name }, index) => `${what(index)} ${name}`));
    const { upload, error } = events[4]!.detail;
    expect([upload, error.name, error.code]).toEqual([undefined, "LiveError", "UPLOAD_REJECTED"]);
    expect(error.message).toBe("e.md is not accepted here, only .PDF, image/*,text/plain");
    await uploads.asked();
    await later();
    expect(names(server)).toEqual(["a.pdf", "b.Pdf", "c", "d.md"]);
  });

  it("opens a chooser by a click, and by the keyboard", async () => {
    const { server, uploads } = await bound(`<div live="X"><p live-upload accept="image/*">Drop it <b>here</b></p></div>`);
    const opened = choosers();
    const zone = $("p");
    expect([zone.tabIndex, zone.getAttribute("role")]).toEqual([0, "button"]);
    $("b").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const press = (key: string, target = zone) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      target.dispatchEvent(event);
      return [isTaken(event), opened.length];
    };
    expect([press("Enter"), press(" ")]).toEqual([[true, 2], [true, 3]]);
    expect([press("a"), press("Enter", $("b"))]).toEqual([[false, 3], [false, 3]]);
    const [chooser] = opened as [HTMLInputElement];
    expect([chooser.type, chooser.multiple, chooser.accept]).toEqual(["file", true, "image/*"]);
    const value = vi.fn();
    Object.defineProperty(chooser, "value", { set: value });
    choose(chooser, file(3, "1.png"), file(3, "2.png"));
    // The same may be chosen again.
    expect(value).toHaveBeenCalledExactlyOnceWith("");
    await uploads.asked();
    await later();
    expect(names(server)).toEqual(["1.png", "2.png"]);
  });

  it("leaves clicks to what is in it and has its own, and to who has dealt with them", async () => {
    await bound(HTML);
    const opened = choosers();
    $("#other").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    $("b").addEventListener("click", (event) => event.preventDefault());
    $("b").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    expect(opened).toEqual([]);
    $("p").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(opened).toHaveLength(1);
  });

  it("is what it was where that is a button already: it submits nothing, and the keyboard clicks it", async () => {
    await bound(`<form live="X"><button live-upload>Choose</button></form>`);
    const opened = choosers();
    const button = $("button");
    expect([button.getAttribute("role"), button.getAttribute("tabindex")]).toEqual([null, null]);
    button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(opened).toHaveLength(0);
    const click = new MouseEvent("click", { bubbles: true, cancelable: true });
    button.dispatchEvent(click);
    expect([opened.length, isTaken(click)]).toEqual([1, true]);
  });

  it("keeps the role and the place in the order of keys that the page gives it", async () => {
    await bound(`<div live="X"><p live-upload role="group" tabindex="-1"></p></div>`);
    expect([$("p").getAttribute("role"), $("p").getAttribute("tabindex")]).toEqual(["group", "-1"]);
  });

  it("leaves choosing to an input that it has", async () => {
    const { server, uploads } = await bound(`<div live="X"><label live-upload>Drop it, or <input type="file"> <input id="text"></label></div>`);
    const opened = choosers();
    expect($("label").hasAttribute("tabindex")).toBe(false);
    $("label").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    // That is jsdom's own, for the label.
    expect(opened.filter((input) => input !== $("input"))).toEqual([]);
    $("#text").dispatchEvent(new Event("change", { bubbles: true }));
    choose($("input"), file(3, "1.png"));
    await uploads.asked();
    await later();
    expect(names(server)).toEqual(["1.png"]);
  });

  it("leaves choosing to the input that it is the label of", async () => {
    await bound(`<div live="X"><input type="file" id="own" hidden><label live-upload for="own">Drop it</label></div>`);
    const opened = choosers();
    $("label").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect([opened.filter((input) => input !== $("input")), $("label").hasAttribute("tabindex")]).toEqual([[], false]);
  });

  it("leaves to one inside it what is that one's", async () => {
    const html = `<div live="X" id="outer" live-upload><p live-upload></p><input type="file" live-upload></div>`;
    const { seen } = await bound(html);
    await settled();
    const opened = choosers();
    drag("dragover", $("p"), []);
    expect([$("#outer"), $("p")].map(({ classList }) => classList.contains("live-dragover"))).toEqual([false, true]);
    drag("drop", $("p"), [file(3, "dropped.png")]);
    $("p").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    choose($("input"), file(3, "chosen.png"));
    expect([seen(), opened.length]).toEqual([["start dropped.png", "start chosen.png"], 1]);
  });
});
