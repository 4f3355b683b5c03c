// After a reload of the page: signed states in the browser's storage, and who may take which.

import { afterEach, describe, expect, it, vi } from "vitest";
import type { Client, LiveOptions } from "../src/api.ts";
import { FakeBrowser, type Tab, loadPage, withoutLocks } from "./fake-browser.ts";
import { type FakeSocket, newClient, newUrl, settled, signed, socket } from "./harness.ts";

const DAY_MS = 24 * 3600 * 1000;

afterEach(withoutLocks);

/** Loads a page in a tab, with one component for each name; its socket is open, and what could be sent is sent. */
async function page(tab: Tab, url: string, names = ["LiveCounter"], options: LiveOptions = {}) {
  const client: Client = tab.load()({ url, ...options });
  const handles = names.map((name) => client.use(name));
  const server = socket().accept();
  await settled();
  return { client, handles, server };
}

/** Answers all mounts; each component's state is signed under its id. */
function mountAll(server: FakeSocket, ids: string[]): void {
  const mounts = server.sent.filter(({ type }) => type === "COMPONENT_MOUNT");
  expect(mounts).toHaveLength(ids.length);
  mounts.forEach((mount, n) => server.mountedReply(mount, ids[n]!, {}, signed(ids[n]!, ids[n]!)));
}

/** The ids that the page asks to have back. */
const asked = (server: FakeSocket) => server.sent.filter(({ type }) => type === "COMPONENT_REHYDRATE").map(({ componentId }) => componentId);

describe("after a reload", () => {
  it("a component is rehydrated with what was stored last, before anything shows", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    const first = await page(tab, url);
    mountAll(first.server, ["id-1"]);
    first.server.refreshed("id-1", { count: 5 }, signed("id-1", "newest"));
    tab.leave();
    const second = await page(tab, url);
    expect(second.server.sent).toEqual([
      {
        type: "COMPONENT_REHYDRATE",
        componentId: "id-1",
        payload: { component: "LiveCounter", signedState: signed("id-1", "newest") },
        requestId: expect.any(String),
      },
    ]);
    const [counter] = second.handles;
    const seen: unknown[] = [];
    counter!.subscribe("count", (count) => seen.push(count));
    expect(counter!.$loading).toBe(true);
    second.server.rehydrated("id-2", { count: 5 });
    expect([seen, counter!.$loading]).toEqual([[5], false]);
    tab.leave();
    expect(asked((await page(tab, url)).server)).toEqual(["id-2"]);
  });

  it("what comes twice is stored once: it may be long", () => {
    const store = vi.spyOn(Storage.prototype, "setItem");
    newClient().use("LiveCounter");
    const server = socket().accept();
    server.refreshed("id-1", {}, signed("id-1", "first"));
    server.mounted("id-1", {}, signed("id-1", "first"));
    expect(store).toHaveBeenCalledOnce();
    server.refreshed("id-1", {}, signed("id-1", "second"));
    expect(store).toHaveBeenCalledTimes(2);
  });

  it("what is refused is forgotten, and the component mounted afresh", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    mountAll((await page(tab, url)).server, ["id-1"]);
    tab.leave();
    const { server, handles } = await page(tab, url);
    server.rehydrationRefused("REPLAYED");
    expect(Object.keys(localStorage)).toEqual([]);
    mountAll(server, ["id-2"]);
    expect([handles[0]!.$connected, handles[0]!.$error]).toEqual([true, null]);
    tab.leave();
    expect(asked((await page(tab, url)).server)).toEqual(["id-2"]);
  });

  it("nothing comes back of what the page unmounted, or of another component, room or socket", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    const { server, handles } = await page(tab, url, ["A", "B"]);
    mountAll(server, ["id-a", "id-b"]);
    handles[0]!.unmount();
    tab.leave();
    const other = await page(tab, newUrl(), ["B"]);
    expect(asked(other.server)).toEqual([]);
    tab.leave();
    const load = tab.load();
    const client = load(url);
    client.use("A");
    client.use("C");
    client.use("B", { room: "lobby" });
    const next = socket().accept();
    await settled();
    expect(next.types).toEqual(["COMPONENT_MOUNT", "COMPONENT_MOUNT", "COMPONENT_MOUNT"]);
    client.use("B");
    await settled();
    expect(asked(next)).toEqual(["id-b"]);
  });

  it("what is stored is told apart by the socket's host and path, without a query that may hold a token", async () => {
    const { server } = await page(new FakeBrowser().tab(), "wss://live.example/ws?token=secret");
    mountAll(server, ["id-1"]);
    expect(Object.keys(localStorage)).toEqual(["liveside-state live.example/ws LiveCounter  3938 0"]);
  });

  it("what is older than a day is not asked for, and is dropped, also where no page uses it any more", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    mountAll((await page(tab, url, ["A"])).server, ["id-a"]);
    vi.setSystemTime(Date.now() + DAY_MS / 2);
    mountAll((await page(tab, newUrl(), ["B"])).server, ["id-b"]);
    localStorage.setItem("of the page", "0 {}");
    tab.leave();
    vi.setSystemTime(Date.now() + DAY_MS / 2);
    expect(asked((await page(tab, url, ["A"])).server)).toEqual([]);
    expect(Object.keys(localStorage).map((key) => key.split(" ")[2]).sort()).toEqual(["B", "page"]);
  });

  it("credentials go first", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    mountAll((await page(tab, url)).server, ["id-1"]);
    tab.leave();
    const { server } = await page(tab, url, ["LiveCounter"], { auth: { token: "t" } });
    expect(server.types).toEqual(["AUTH"]);
    server.signedIn("ada");
    await settled();
    expect(server.types).toEqual(["AUTH", "COMPONENT_REHYDRATE"]);
  });
});

describe("props", () => {
  it("tell apart what is stored: the same component with others is another thing", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    const product = async (props: Record<string, unknown>) => {
      tab.leave();
      tab.load()(url).use("LiveProduct", { props });
      const server = socket().accept();
      await settled();
      return server;
    };
    mountAll(await product({ id: 5 }), ["id-5"]);
    mountAll(await product({ id: 7 }), ["id-7"]);
    expect([asked(await product({ id: 5 })), asked(await product({ id: 7 }))]).toEqual([["id-5"], ["id-7"]]);
    expect(asked(await product({ id: 9 }))).toEqual([]);
  });

  it("that are others each time do not fill the storage: the newest 200 are kept", () => {
    const now = Date.now();
    for (let n = 0; n < 250; n++) sessionStorage.setItem(`liveside-state host/ws X  ${n} 0`, `${now - n} {}`);
    newClient();
    expect(sessionStorage).toHaveLength(200);
    expect([199, 200].map((n) => sessionStorage.getItem(`liveside-state host/ws X  ${n} 0`))).toEqual([`${now - 199} {}`, null]);
  });
});

describe("places", () => {
  it("two handles of one component each get their own back", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    const names = ["LiveCounter", "LiveCounter"];
    mountAll((await page(tab, url, names)).server, ["id-1", "id-2"]);
    tab.leave();
    expect(asked((await page(tab, url, names)).server)).toEqual(["id-1", "id-2"]);
  });

  it("two tabs each get their own back, whichever is reloaded first", async () => {
    const browser = new FakeBrowser();
    const url = newUrl();
    const [one, two] = [browser.tab(), browser.tab()];
    mountAll((await page(one, url)).server, ["id-1"]);
    mountAll((await page(two, url)).server, ["id-2"]);
    one.leave();
    two.leave();
    expect(asked((await page(two, url)).server)).toEqual(["id-2"]);
    expect(asked((await page(one, url)).server)).toEqual(["id-1"]);
  });

  it("a reload waits for the moment that the page before still holds its place", async () => {
    const tab = new FakeBrowser().tab();
    const url = newUrl();
    mountAll((await page(tab, url)).server, ["id-1"]);
    const { server } = await page(tab, url);
    expect(server.sent).toEqual([]);
    tab.leave();
    await settled();
    expect(asked(server)).toEqual(["id-1"]);
  });

  it("a tab that is a copy of one that is still there soon takes another place", async () => {
    const browser = new FakeBrowser();
    const url = newUrl();
    const original = browser.tab();
    mountAll((await page(original, url)).server, ["id-1"]);
    const { server } = await page(browser.tab(original), url);
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
    mountAll(server, ["id-2"]);
    expect(Object.keys(localStorage)).toHaveLength(2);
  });

  it("a tab that is opened when another was closed goes on with what that one had", async () => {
    const browser = new FakeBrowser();
    const url = newUrl();
    const one = browser.tab();
    mountAll((await page(one, url)).server, ["id-1"]);
    one.leave();
    expect(asked((await page(browser.tab(), url)).server)).toEqual(["id-1"]);
  });

  it("a place is free again once its component is unmounted, also while it is being taken", async () => {
    const browser = new FakeBrowser();
    const url = newUrl();
    const { client, handles, server } = await page(browser.tab(), url);
    mountAll(server, ["id-1"]);
    handles[0]!.unmount();
    client.use("LiveCounter").unmount();
    await settled();
    expect([...browser.held.keys()]).toEqual([]);
    client.use("LiveCounter");
    await settled();
    expect([...browser.held.keys()].map((name) => name.at(-1))).toEqual(["0"]);
  });

  it("who finds none left keeps nothing, and is mounted all the same", async () => {
    const browser = new FakeBrowser();
    const tab = browser.tab();
    const { server } = await page(tab, newUrl(), Array(101).fill("LiveCounter"));
    mountAll(server, Array.from({ length: 101 }, (_, n) => `id-${n}`));
    expect(Object.keys(localStorage)).toHaveLength(100);
  });
});

describe("without locks, where the page is not served securely", () => {
  it("the states are kept for the tab alone", async () => {
    const url = newUrl();
    const load = () => {
      const live = loadPage();
      live(url).use("LiveCounter");
      live(url).use("LiveCounter");
      return socket().accept();
    };
    mountAll(load(), ["id-1", "id-2"]);
    expect([localStorage.length, sessionStorage.length]).toEqual([0, 2]);
    expect(asked(load())).toEqual(["id-1", "id-2"]);
  });
});

describe("a storage that is full or forbidden", () => {
  it("is no error: the component comes back after a lost connection all the same", () => {
    const broken = () => {
      throw new DOMException("No room", "QuotaExceededError");
    };
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(broken);
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(broken);
    const counter = newClient().use("LiveCounter");
    socket().accept().mounted("id-1", {}, signed("id-1", "first"));
    expect([counter.$connected, counter.$error]).toEqual([true, null]);
    socket().drop();
    vi.advanceTimersByTime(500);
    expect(asked(socket().accept())).toEqual(["id-1"]);
  });

  it("is not asked where the page has none at all", () => {
    vi.stubGlobal("sessionStorage", undefined);
    const counter = newClient().use("LiveCounter");
    socket().accept().mounted("id-1", {}, signed("id-1", "first"));
    expect([counter.$connected, counter.$error]).toEqual([true, null]);
  });

  it("may hold what is none of ours", async () => {
    const tab = new FakeBrowser().tab();
    const { host } = location;
    const url = newUrl();
    localStorage.setItem(`liveside-state ${host}${url} LiveCounter  3938 0`, `${Date.now()} {not JSON`);
    expect((await page(tab, url)).server.types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("in a sandbox, where locks are refused, keeps nothing", async () => {
    Object.defineProperty(navigator, "locks", { configurable: true, value: { request: () => Promise.reject(new Error("SecurityError")) } });
    const counter = newClient().use("LiveCounter");
    const server = socket().accept();
    await settled();
    server.mounted("id-1", {}, signed("id-1", "first"));
    expect([counter.$connected, localStorage.length]).toEqual([true, 0]);
  });
});

describe("storage: false", () => {
  it("keeps nothing for a reload, and takes nothing; a lost connection is another thing", async () => {
    const browser = new FakeBrowser();
    const tab = browser.tab();
    const url = newUrl();
    mountAll((await page(tab, url)).server, ["id-1"]);
    tab.leave();
    const { server } = await page(tab, url, ["LiveCounter"], { storage: false });
    mountAll(server, ["id-2"]);
    expect([Object.values(localStorage).some((entry) => entry.includes("id-2")), browser.held.size]).toEqual([false, 0]);
    server.drop();
    await vi.advanceTimersByTimeAsync(500);
    expect(asked(socket().accept())).toEqual(["id-2"]);
  });

  it("is for the handles of that client, not for its URL", async () => {
    const { client, server } = await page(new FakeBrowser().tab(), newUrl(), ["A"], { storage: false });
    mountAll(server, ["id-1"]);
    expect(localStorage).toHaveLength(0);
    void client;
  });
});
