import { get } from "svelte/store";
import { flushSync, mount, unmount } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { connection, createClient, field, live, room, upload } from "@liveside/svelte";
import { back, newClient, newUrl, outcome, socket } from "../../../daemon/client/test/harness.ts";
import { KIB, UploadServer, file, withSender } from "../../../daemon/client/test/uploading.ts";
import Page from "./Page.svelte";

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A component of a new client, that somebody subscribes to. */
function subscribed(name = "LiveForm") {
  const client = newClient();
  const component = live(name, { client });
  const shown: any[] = [];
  const stop = component.subscribe((now) => shown.push(now));
  return { client, component, shown, stop, now: () => shown.at(-1), server: socket().accept() };
}

describe("live", () => {
  it("mounts once for several subscribers, and ends with the last of them", async () => {
    const { client, component, stop, server } = subscribed();
    const stopSame = live("LiveForm", { client }).subscribe(() => {});
    server.mounted("id-1", { name: "Ada" });
    stop();
    await wait(1000);
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
    expect(get(component).state).toEqual({ name: "Ada" });
    stopSame();
    await wait(1000);
    expect(server.types).toEqual(["COMPONENT_MOUNT", "COMPONENT_UNMOUNT"]);
  });

  it("shows what is pending, takes back what is refused, and sends later what was done offline", () => {
    const { component, now, server } = subscribed();
    expect(now()).toMatchObject({ state: {}, status: "mounting", pending: 0 });
    server.mounted("id-1", { name: "old" });
    component.handle.set("name", "new").catch(() => {});
    expect(now()).toMatchObject({ state: { name: "new" }, status: "live", pending: 1 });
    server.reply("PROPERTY_UPDATE", { success: false, error: "not here", code: "INVALID_PAYLOAD" });
    expect(now()).toMatchObject({ state: { name: "old" }, pending: 0, error: { code: "INVALID_PAYLOAD" } });
    server.drop();
    component.handle.call("add", {}, { queue: true }).catch(() => {});
    expect(now()).toMatchObject({ status: "offline", pending: 1 });
    back().mounted("id-2", { name: "old" });
    socket().reply("CALL_ACTION", { result: null });
    expect(now()).toMatchObject({ status: "live", pending: 0 });
  });

  it("calls actions by name, and shows the initial state", async () => {
    const component = live("LiveCounter", { client: createClient(newUrl()), initialState: { count: 3 } });
    expect(get(component).state).toEqual({ count: 3 });
    const server = socket().accept();
    server.mounted("id-1", { count: 3 });
    const calling = component.actions.increment!({ by: 2 });
    server.reply("CALL_ACTION", { result: 5 });
    expect(await calling).toBe(5);
  });

  it("can be waited for", async () => {
    const { component, server } = subscribed();
    const { ready } = component;
    server.reply("COMPONENT_MOUNT", { success: false, error: "No", code: "COMPONENT_NOT_FOUND" });
    expect(await outcome(ready)).toMatchObject({ code: "COMPONENT_NOT_FOUND" });
    component.retry();
    server.mounted("id-1", {});
    expect(await outcome(component.ready)).toMatchObject({ value: {} });
  });
});

describe("field", () => {
  it("is a writable: setting it is typing", async () => {
    const { component, server } = subscribed();
    server.mounted("id-1", { name: "Ada" });
    const name = field<string>(component, "name");
    const shown: any[] = [];
    name.shown.subscribe((now) => shown.push(now));
    name.set("Bob");
    expect([get(name), shown.at(-1)]).toEqual(["Bob", { value: "Bob", dirty: true, pending: true }]);
    await wait(300);
    expect(server.last("PROPERTY_UPDATE")).toMatchObject({ property: "name", payload: { value: "Bob" } });
    expect(shown.at(-1)).toEqual({ value: "Bob", dirty: false, pending: true });
    server.reply("PROPERTY_UPDATE", { success: false, error: "not here", code: "INVALID_PAYLOAD" });
    expect(shown.at(-1)).toEqual({ value: "Ada", dirty: false, pending: false });
  });
});

describe("room", () => {
  it("joins while somebody subscribes, and hears", async () => {
    const { component, server } = subscribed();
    server.mounted("id-1", {});
    const chat = room(component, "chat:1");
    const said: unknown[] = [];
    const stopListening = chat.on("message", (data) => said.push(data));
    let shown: any;
    const stop = chat.subscribe((now) => (shown = now));
    server.joined({ topic: "old" });
    await wait(0);
    server.roomEvent("id-1", "chat:1", "message", "hi");
    expect([shown.state, shown.joined, said]).toEqual([{ topic: "old" }, true, ["hi"]]);
    void chat.emit("message", "ho");
    expect(server.last("ROOM_EMIT")).toMatchObject({ event: "message", data: "ho" });
    stop();
    stopListening();
    await wait(1000);
    expect(server.last("ROOM_LEAVE").roomId).toBe("chat:1");
  });
});

describe("upload", () => {
  withSender();

  it("is the list of files", async () => {
    const { component, server } = subscribed();
    server.mounted("id-1", {});
    const uploads = new UploadServer(server);
    const files = upload(component);
    void files.start(file(200 * KIB));
    expect(get(files)).toMatchObject([{ name: "photo.png", status: "uploading" }]);
    await uploads.asked();
    await wait(20_000);
    expect(get(files)).toMatchObject([{ status: "complete", result: { fileUrl: "/uploads/file-1" } }]);
    files.clear();
    expect(get(files)).toEqual([]);
  });
});

describe("connection", () => {
  it("shows the status and the user", () => {
    const { client, server } = subscribed();
    const stores = connection(client);
    server.established("ada");
    expect(get(stores)).toEqual({ status: "open", user: "ada", error: null });
  });
});

describe("a page with runes", () => {
  it("shows a component and binds its inputs", async () => {
    document.body.innerHTML = "";
    const page = mount(Page, { target: document.body, props: { client: newClient() } });
    const server = socket().accept();
    server.mounted("id-1", { name: "Ada", age: 36 });
    flushSync();
    const [name, age] = document.querySelectorAll("input");
    expect([name!.value, age!.value, document.querySelector("p")!.textContent]).toEqual(["Ada", "36", "ADA live 0"]);
    for (const [input, value] of [[name, "Bob"], [age, "37"]] as const) {
      input!.value = value;
      input!.dispatchEvent(new Event("input", { bubbles: true }));
    }
    await wait(300);
    flushSync();
    expect(document.querySelector("p")!.textContent).toBe("BOB live 2");
    expect(server.sent.slice(1).map(({ payload }) => payload.value)).toEqual(["Bob", 37]);
    await unmount(page);
    await wait(1000);
    expect(server.last("COMPONENT_UNMOUNT").componentId).toBe("id-1");
  });
});
