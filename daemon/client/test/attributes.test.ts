import { afterEach, describe, expect, it, vi } from "vitest";
import type { Stop } from "../src/api.ts";
import { handleOf, start } from "../src/html/start.ts";
import { FakeSocket, back, newUrl, reconnected, settled, signed, socket } from "./harness.ts";

let stop: Stop = () => {};

afterEach(() => stop());

/** A page with this body, started; its mounts are not answered yet. */
function page(html: string): void {
  document.body.setAttribute("live-url", newUrl());
  document.body.innerHTML = html;
  stop = start();
}

/** The same, with its one component mounted as `id-1`. */
function livePage(html: string, state: object): FakeSocket {
  page(html);
  const server = socket().accept();
  server.mounted("id-1", state);
  return server;
}

function $<E extends Element = HTMLElement>(selector: string): E {
  return document.querySelector<E>(selector)!;
}

function text(selector: string): string {
  return $(selector).textContent!;
}

describe("live", () => {
  it("mounts its component, with props and room", () => {
    page(`<div live="LiveCounter" live-props='{"count":5}' live-room="lobby"></div>`);
    const payload = { component: "LiveCounter", props: { count: 5 }, room: "lobby" };
    expect(socket().accept().last("COMPONENT_MOUNT").payload).toEqual(payload);
  });

  it("asks for MessagePack where live-encoding says so, for the whole of its part of the page", async () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    page(`<main live-encoding="msgpack"><i live="LiveCounter"></i></main><i live="LiveCounter" live-encoding="xml"></i>`);
    expect(report.mock.calls.map(([text]) => text)).toEqual([
      `liveside: live="LiveCounter": "xml" should be "json" or "msgpack"`,
    ]);
    // There is no codec to load here: that it is missed tells that it was asked for.
    await vi.waitFor(() => expect(report).toHaveBeenCalledTimes(2));
    expect(report.mock.calls[1]![0]).toContain("MessagePack could not be loaded");
    await vi.waitFor(() => expect(socket().offered).toEqual([]));
  });

  it("connects to the page's own origin unless live-url says where", () => {
    page(`<main live-url="wss://other.example/ws"><div live="LiveCounter"></div></main>`);
    expect(socket().url).toBe("wss://other.example/ws");
    document.body.removeAttribute("live-url");
    document.body.append(Object.assign(document.createElement("div"), { id: "own" }));
    $("#own").setAttribute("live", "LiveCounter");
    stop();
    stop = start();
    expect(FakeSocket.all.map(({ url }) => url)).toContain("wss://app.example/api/live/ws");
  });

  it("nests: an element belongs to the nearest component above it", () => {
    page(`<div live="Outer"><b id="a" live-text="x"></b><div live="Inner"><b id="b" live-text="x"></b></div></div>`);
    const server = socket().accept();
    const [outer, inner] = server.sent;
    server.mountedReply(outer!, "id-1", { x: "outer" });
    server.mountedReply(inner!, "id-2", { x: "inner" });
    expect([text("#a"), text("#b")]).toEqual(["outer", "inner"]);
    server.delta("id-2", { x: "changed" });
    expect([text("#a"), text("#b")]).toEqual(["outer", "changed"]);
  });

  it("gives its handle to a script", async () => {
    livePage(`<div live="LiveCounter"><b></b></div><i></i>`, { count: 5 });
    expect(handleOf($("b"))!.state).toEqual({ count: 5 });
    expect(handleOf($("b"))).toBe(handleOf($("[live]")));
    expect(handleOf($("i"))).toBeUndefined();
  });

  it("leaves the page as it was written until there is a state", () => {
    page(`<div live="LiveCounter"><b live-text="count">–</b><i live-show="big" hidden></i></div>`);
    expect([text("b"), $("i").hidden]).toEqual(["–", true]);
  });

  it("reports an attribute that is written wrong, and goes on with the others", () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    livePage(`<div live="LiveCounter"><button live-click='go {by:1}'></button><b live-text="count"></b></div>`, { count: 1 });
    expect(report).toHaveBeenCalledWith(`liveside: live-click="go {by:1}": {by:1} is not JSON`, $("button"));
    expect(text("b")).toBe("1");
  });
});

describe("live-storage", () => {
  it("turns storing off for its part of the page, and says where it is written wrong", () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    page(`<main live-storage="off"><i live="A"></i></main><i live="B"></i><i live="C" live-storage="no"></i>`);
    expect(report.mock.calls.map(([text]) => text)).toEqual([`liveside: live="C": "no" should be "on" or "off"`]);
    const server = socket().accept();
    const [a, b] = server.sent;
    server.mountedReply(a!, "id-a", {}, signed("id-a", "a"));
    server.mountedReply(b!, "id-b", {}, signed("id-b", "b"));
    expect(Object.values(sessionStorage).map((entry) => JSON.parse(entry.slice(entry.indexOf(" "))))).toEqual([signed("id-b", "b")]);
  });
});

describe("a component that comes back", () => {
  it("is told as an event that bubbles", () => {
    const server = livePage(`<div live="X"></div>`, {});
    server.refreshed("id-1", {}, signed("id-1", "first"));
    const seen: unknown[] = [];
    document.body.addEventListener("liveside:rehydrated", ({ detail, target }) => seen.push([detail, (target as Element).matches("[live]")]), { once: true });
    reconnected().rehydrated("id-1", {});
    expect(seen).toEqual([[{ recovered: true }, true]]);
  });
});

describe("live-text", () => {
  it("shows a value as text, never as HTML", () => {
    const server = livePage(`<div live="X"><b live-text="value"></b></div>`, { value: 1 });
    for (const [value, shown] of [
      [null, ""],
      [false, "false"],
      [{ a: 1 }, '{"a":1}'],
      ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ]) {
      server.delta("id-1", { value });
      expect(text("b")).toBe(shown);
    }
    expect($("img")).toBeNull();
  });

  it("follows a dotted path, and shows nothing where it leads nowhere", () => {
    const html = `<div live="X"><b id="a" live-text="user.tags.1"></b><b id="b" live-text="user.x.y"></b><b id="c" live-text="user.constructor"></b></div>`;
    livePage(html, { user: { tags: ["a", "b"] } });
    expect([text("#a"), text("#b"), text("#c")]).toEqual(["b", "", ""]);
  });

  it("shows the handle's own $connected, $loading and $error too", async () => {
    const html = `<div live="X"><b live-text="$connected"></b><i live-text="$error"></i><u live-text="$error.code"></u></div>`;
    const server = livePage(html, {});
    expect(text("b")).toBe("true");
    server.push({ type: "ERROR", componentId: "id-1", error: "late", code: "ACTION_FAILED" });
    expect([text("i"), text("u")]).toEqual(["late", "ACTION_FAILED"]);
    server.drop();
    expect(text("b")).toBe("false");
  });
});

describe("live-value", () => {
  it("shows a value in an input or a meter", () => {
    const server = livePage(`<div live="X"><progress max="10" live-value="done"></progress></div>`, { done: 3 });
    expect($<HTMLProgressElement>("progress").value).toBe(3);
    server.delta("id-1", { done: 7 });
    expect($<HTMLProgressElement>("progress").value).toBe(7);
  });
});

describe("live-class", () => {
  it("gives classes while their condition holds, beside those that the page wrote", () => {
    const html = `<p class="own" live="X" live-class="done: submitted; big md:bold: !user.small"></p>`;
    const server = livePage(html, { submitted: true, user: { small: true } });
    expect($("p").className).toBe("own done");
    server.delta("id-1", { submitted: false, user: { small: false } });
    expect($("p").className).toBe("own big md:bold");
  });
});

describe("live-show", () => {
  it("hides and shows, and the other way round with !", () => {
    const server = livePage(`<div live="X"><b live-show="open"></b><i live-show="!open"></i></div>`, { open: true });
    expect([$("b").hidden, $("i").hidden]).toEqual([false, true]);
    server.delta("id-1", { open: 0 });
    expect([$("b").hidden, $("i").hidden]).toEqual([true, false]);
  });
});

describe("live-click", () => {
  it("runs an action, with arguments beside the name or in live-args", () => {
    const html = `<div live="X"><button id="a" live-click="inc"></button><button id="b" live-click='inc {"by":5}'></button>
      <button id="c" live-click="inc" live-args='{"by":9}'></button></div>`;
    const server = livePage(html, {});
    for (const [id, payload] of Object.entries({ a: undefined, b: { by: 5 }, c: { by: 9 } })) {
      $(`#${id}`).click();
      expect(server.last("CALL_ACTION").payload).toEqual(payload);
    }
  });

  it("keeps the call for later where live-queue says so, and submits alike", () => {
    const html = `<div live="X"><button live-click="later" live-queue></button><form live-submit="save" live-queue></form>
      <b live-text="$pending"></b><i live-show="$user" hidden></i></div>`;
    const server = livePage(html, {});
    server.drop();
    $("button").click();
    $("form").dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    vi.advanceTimersByTime(60_000);
    expect([text("b"), $("i").hidden]).toEqual(["2", true]);
    const next = back();
    next.established("ada");
    next.mounted("id-2");
    expect(next.sent.slice(1).map(({ action }) => action)).toEqual(["later", "save"]);
    expect([text("b"), $("i").hidden]).toEqual(["0", false]);
  });

  it("keeps a button from submitting its form and a link from leading elsewhere", () => {
    livePage(`<form live="X"><button live-click="a"></button><a href="/x" live-click="a"></a><input type="checkbox" live-click="a"></form>`, {});
    const prevented = (selector: string) => !$(selector).dispatchEvent(new MouseEvent("click", { cancelable: true }));
    expect(["button", "a", "input"].map(prevented)).toEqual([true, true, false]);
  });

  it("tells the result and the error as events that bubble", async () => {
    const server = livePage(`<div live="X"><button live-click="go"></button></div>`, {});
    const seen: unknown[] = [];
    $("div").addEventListener("liveside:result", (event) => seen.push(event.detail));
    $("div").addEventListener("liveside:error", ({ detail }) => seen.push([detail.action, detail.error.message]));
    $("button").click();
    server.reply("CALL_ACTION", { result: { length: 3 } });
    $("button").click();
    server.reply("CALL_ACTION", { success: false, error: "no" });
    await settled();
    expect(seen).toEqual([
      { action: "go", result: { length: 3 } },
      ["go", "no"],
    ]);
  });
});

describe("live-submit", () => {
  it("sends the fields of the form by name, each in its type, and stays on the page", () => {
    const html = `<form live="X" live-submit='save {"draft":true}'>
      <input name="name" value="Ada"><input name="age" type="number" value="36"><input name="agree" type="checkbox" checked>
      <input name="size" type="radio" value="s"><input name="size" type="radio" value="m" checked>
      <select name="country"><option value="no" selected>Norway</option></select><textarea name="text">Hi</textarea>
      <input name="tag" value="a"><input name="tag" value="b"><input name="off" value="x" disabled><input value="nameless">
      <button name="how" value="fast"></button><button name="how" value="slow"></button></form>`;
    const server = livePage(html, {});
    const form = $<HTMLFormElement>("form");
    const event = new SubmitEvent("submit", { cancelable: true, submitter: $("[value=fast]") });
    form.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    expect(server.last("CALL_ACTION")).toMatchObject({ action: "save" });
    expect(server.last("CALL_ACTION").payload).toEqual({
      draft: true,
      name: "Ada",
      age: 36,
      agree: true,
      size: "m",
      country: "no",
      text: "Hi",
      tag: ["a", "b"],
      how: "fast",
    });
  });
});

describe("live-model", () => {
  function type(selector: string, value: string) {
    const input = $<HTMLInputElement>(selector);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  it("binds an input in both directions", () => {
    const server = livePage(`<div live="X"><input live-model="name"><b live-text="name"></b></div>`, { name: "Ada" });
    expect($<HTMLInputElement>("input").value).toBe("Ada");
    type("input", "Bo");
    expect(text("b")).toBe("Bo");
    vi.advanceTimersByTime(300);
    expect(server.last("PROPERTY_UPDATE")).toMatchObject({ property: "name", payload: { value: "Bo" } });
    server.delta("id-1", { name: "Cy" });
    server.reply("PROPERTY_UPDATE", {});
    expect($<HTMLInputElement>("input").value).toBe("Cy");
  });

  it.each([
    ["name 50ms", 50],
    ["name 1000ms", 1000],
  ])("waits as long as it says: %s", (model, wait) => {
    const server = livePage(`<div live="X"><input live-model="${model}"></div>`, { name: "" });
    type("input", "Bo");
    vi.advanceTimersByTime(wait - 1);
    expect(server.count("PROPERTY_UPDATE")).toBe(0);
    vi.advanceTimersByTime(1);
    expect(server.count("PROPERTY_UPDATE")).toBe(1);
  });

  it("waits for the blur, or for a sync by hand, if it says so", () => {
    const server = livePage(`<div live="X"><input id="a" live-model="a blur"><input id="b" live-model="b manual"></div>`, { a: "", b: "" });
    type("#a", "1");
    type("#b", "2");
    vi.advanceTimersByTime(10_000);
    expect(server.count("PROPERTY_UPDATE")).toBe(0);
    $("#a").dispatchEvent(new Event("blur"));
    expect(server.count("PROPERTY_UPDATE")).toBe(1);
    void handleOf($("#b"))!.sync();
    expect(server.last("PROPERTY_UPDATE")).toMatchObject({ property: "b" });
  });

  it("reports a modifier that it does not know", () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    livePage(`<div live="X"><input live-model="name lazy"></div>`, {});
    expect(report.mock.calls[0]![0]).toContain(`"lazy" should be "blur", "manual" or a time as "500ms"`);
  });
});

describe("live-error", () => {
  it("shows the last error until the next action, and is hidden without one", async () => {
    const server = livePage(`<div live="X"><button live-click="go"></button><p live-error>old text</p></div>`, {});
    expect([$("p").hidden, text("p")]).toEqual([true, ""]);
    $("button").click();
    server.reply("CALL_ACTION", { success: false, error: "It is full" });
    expect([$("p").hidden, text("p")]).toEqual([false, "It is full"]);
    $("button").click();
    expect($("p").hidden).toBe(true);
  });

  it("shows only those of its action, if it names one", () => {
    const html = `<div live="X"><button id="a" live-click="a"></button><button id="b" live-click="b"></button><p live-error="a"></p></div>`;
    const server = livePage(html, {});
    $("#b").click();
    server.reply("CALL_ACTION", { success: false, error: "from b" });
    expect($("p").hidden).toBe(true);
    $("#a").click();
    server.reply("CALL_ACTION", { success: false, error: "from a" });
    expect(text("p")).toBe("from a");
  });

  it("shows why a component could not be mounted", () => {
    page(`<div live="Nope"><p live-error></p></div>`);
    socket().accept().reply("COMPONENT_MOUNT", { success: false, error: "No component Nope" });
    expect(text("p")).toBe("No component Nope");
  });
});

describe("a page that changes", () => {
  function element(html: string): HTMLElement {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild as HTMLElement;
  }

  it("brings components and elements to life that are added later", async () => {
    const server = livePage(`<div live="X"></div>`, { count: 1 });
    $("[live]").append(element(`<p><b live-text="count"></b></p>`));
    document.body.append(element(`<section><div live="Y"></div></section>`));
    await settled();
    expect(text("b")).toBe("1");
    expect(server.last("COMPONENT_MOUNT").payload.component).toBe("Y");
  });

  it("unmounts components that are taken away", async () => {
    const server = livePage(`<section><div live="X"><b live-text="count"></b></div></section>`, { count: 1 });
    const bold = $("b");
    $("section").remove();
    await settled();
    expect(server.last("COMPONENT_UNMOUNT").componentId).toBe("id-1");
    server.delta("id-1", { count: 2 });
    expect(bold.textContent).toBe("1");
  });

  it("keeps a component that is moved, and binds moved elements to their new one", async () => {
    const html = `<main><div id="x" live="X"><b live-text="v"></b></div></main><div id="y" live="Y"></div><aside></aside>`;
    page(html);
    const server = socket().accept();
    const [x, y] = server.sent;
    server.mountedReply(x!, "id-x", { v: "x" });
    server.mountedReply(y!, "id-y", { v: "y" });
    $("aside").append($("#x"));
    await settled();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(0);
    $("#y").append($("b"));
    await settled();
    expect(text("b")).toBe("y");
    server.delta("id-x", { v: "changed" });
    expect(text("b")).toBe("y");
  });

  it("is left alone once stopped", async () => {
    const server = livePage(`<div live="X"><b live-text="count"></b><button live-click="go"></button></div>`, { count: 1 });
    stop();
    expect(server.count("COMPONENT_UNMOUNT")).toBe(1);
    $("button").click();
    document.body.append(element(`<div live="Y"></div>`));
    await settled();
    expect(server.count("CALL_ACTION")).toBe(0);
    expect(server.last("COMPONENT_MOUNT").payload.component).toBe("X");
  });
});
