// The inspector and its daemon: the key, and coming back after a lost connection.

import { describe, expect, it } from "vitest";
import {
  at,
  answer,
  all,
  called,
  drawn,
  event,
  follow,
  inProduction,
  inspectorState,
  INSPECTOR,
  loadPage,
  openPage,
  refuse,
  rows,
  selected,
  type,
} from "./inspecting.ts";
import { back, reconnected } from "./harness.ts";

const denied = { success: false, code: "AUTH_DENIED", error: "The key is not right" };
const props = (message: { [field: string]: any }) => message["payload"].props;

async function giveKey(key: string, keep = false): Promise<void> {
  type(at("key"), key);
  const box = document.querySelector<HTMLInputElement>("[type=checkbox]")!;
  if (box.checked !== keep) box.click();
  document.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await drawn();
}

describe("the API key", () => {
  it("is asked for where the mount is refused, and the mount made again with it", async () => {
    const { server } = await loadPage();
    expect(props(server.last("COMPONENT_MOUNT"))).toEqual({});
    server.reply("COMPONENT_MOUNT", denied);
    await drawn();
    // Nobody has given a wrong one yet.
    expect(at("key-problem").textContent).toBe("The key is not right");
    await giveKey("s3cret");
    expect(props(server.last("COMPONENT_MOUNT"))).toEqual({ key: "s3cret" });
    server.mounted(INSPECTOR, inspectorState(inProduction));
    await drawn();
    expect(rows()).toEqual(["LiveCounter", "LiveForm"]);
    expect([sessionStorage.length, localStorage.getItem("liveside-inspector-key")]).toEqual([0, null]);
    expect(location.href).not.toContain("s3cret");
  });

  it("is asked for again where it is wrong, with the daemon's reason", async () => {
    const { server } = await loadPage();
    server.reply("COMPONENT_MOUNT", denied);
    await drawn();
    await giveKey("guess", true);
    server.reply("COMPONENT_MOUNT", denied);
    await drawn();
    expect(at("key-problem").textContent).toBe("That key was refused. The key is not right");
    expect((at("key") as HTMLInputElement).value).toBe("");
    expect(sessionStorage.length).toBe(0);
  });

  it("is kept for a reload of the tab if one wants it", async () => {
    const { server } = await loadPage();
    server.reply("COMPONENT_MOUNT", denied);
    await drawn();
    await giveKey("s3cret", true);
    server.mounted(INSPECTOR, inspectorState(inProduction));
    const again = await loadPage();
    expect(props(again.server.last("COMPONENT_MOUNT"))).toEqual({ key: "s3cret" });
  });

  it("is given with every further mount", async () => {
    const { server } = await loadPage();
    server.reply("COMPONENT_MOUNT", denied);
    await drawn();
    await giveKey("s3cret");
    server.mounted(INSPECTOR, inspectorState(inProduction));
    expect(props(reconnected().last("COMPONENT_MOUNT"))).toEqual({ key: "s3cret" });
  });

  it("is no matter where there is no inspector at all", async () => {
    const { server, root } = await loadPage();
    server.reply("COMPONENT_MOUNT", { success: false, code: "COMPONENT_NOT_FOUND", error: "No component $inspector" });
    await drawn();
    expect(root.textContent).toContain("No component $inspector");
    expect(at("key")).toBeNull();
  });
});

describe("a connection that is lost", () => {
  it("is told, and what was known stays", async () => {
    const { server } = await openPage();
    server.drop();
    await drawn();
    expect(at("connection-status").dataset["status"]).toBe("lost");
    expect(at("notice").textContent).toMatch(/^Connection lost at \d\d:\d\d:\d\d\./);
    expect(rows()).toEqual(["LiveCounter", "LiveForm"]);
  });

  it("comes back with the filters, the selection, what is revealed and the tail", async () => {
    const { server, app } = await openPage("#/instances/i-1?filter=live", { selected: selected("i-1") });
    await drawn();
    answer(server, "select", { events: [event(1), event(2)] });
    app.session.reveal(true);
    server.drop();
    const again = back();
    expect(again.types).toEqual(["COMPONENT_MOUNT"]);
    again.mounted("inspector-2", inspectorState());
    await drawn();
    expect(called(again, "filter")).toEqual([{ table: "instances", text: "live" }]);
    expect(called(again, "select")).toEqual([{ instance: "i-1" }]);
    expect(called(again, "reveal")).toEqual([{ private: true }]);
    expect(at("connection-status").dataset["status"]).toBe("open");
    expect(at("notice").textContent).toBe("Connected again.");
    again.delta("inspector-2", { selected: selected("i-1") });
    answer(again, "select", { events: [event(2), event(3)] });
    await drawn();
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["3", "2", "1"]);
    // The daemon knows the first not any more.
    expect(all(".event .back")).toHaveLength(2);
  });

  it("comes back with the tail and its component", async () => {
    const { server, app } = await openPage("#/tail");
    app.setTail("LiveForm");
    expect(called(server, "tail")).toEqual([{ on: true }, { on: true, component: "LiveForm" }]);
    server.drop();
    const again = back();
    again.mounted("inspector-2", inspectorState());
    expect(called(again, "tail")).toEqual([{ on: true, component: "LiveForm" }]);
  });

  it("does not bring back what one has left", async () => {
    const { server } = await openPage("#/instances/i-1");
    await follow("#/swaps");
    server.drop();
    const again = back();
    again.mounted("inspector-2", inspectorState());
    expect(again.types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("says so where what was looked at is gone", async () => {
    const { server } = await openPage("#/instances/i-1", { selected: selected("i-1") });
    server.drop();
    const again = back();
    again.mounted("inspector-2", inspectorState({ instances: { total: 0, rows: [] } }));
    refuse(again, "select", "There is no instance i-1 any more");
    await drawn();
    expect(at("panel").textContent).toContain("There is no instance i-1 any more");
    expect(called(again, "select")).toHaveLength(1);
    // It comes back later than this page.
    again.delta("inspector-2", { instances: inspectorState().instances, selected: selected("i-1") });
    expect(called(again, "select")).toHaveLength(2);
    // What is refused nevertheless is not asked for again until there is another table.
    refuse(again, "select", "Too much");
    await drawn();
    expect(called(again, "select")).toHaveLength(2);
    again.delta("inspector-2", { instances: { ...inspectorState().instances, total: 3 } });
    expect(called(again, "select")).toHaveLength(3);
    answer(again, "select", { events: [event(9)] });
    await drawn();
    expect(at("panel").textContent).not.toContain("any more");
  });
});
