// What the inspector's page shows and does.

import { describe, expect, it, vi } from "vitest";
import {
  INSPECTOR,
  all,
  answer,
  at,
  called,
  drawn,
  event,
  follow,
  inProduction,
  instance,
  module,
  openPage,
  press,
  refuse,
  roomEvent,
  rows,
  selected,
  selectedRoom,
  type,
} from "./inspecting.ts";

const click = async (element: HTMLElement | null | undefined) => {
  element!.click();
  await drawn();
};
const button = (text: string) => all("button").find((button) => button.textContent!.trim() === text)!;

describe("the tables", () => {
  it("sort by a column, and turn round", async () => {
    await openPage("", {
      instances: {
        total: 3,
        rows: [
          instance("i-1", { stateBytes: 5 }),
          instance("i-2", { stateBytes: 50, component: "A" }),
          instance("i-3", { stateBytes: null, component: "B" }),
        ],
      },
    });
    expect(rows()).toEqual(["A", "B", "LiveCounter"]);
    await click(button("State"));
    expect(rows()).toEqual(["A", "LiveCounter", "B"]);
    expect(document.querySelector(".c-state")!.getAttribute("aria-sort")).toBe("descending");
    await click(button("State"));
    expect(rows()).toEqual(["LiveCounter", "A", "B"]);
  });

  it("have the daemon filter, once one has stopped typing, and the address say it", async () => {
    const { server } = await openPage();
    type(at("filter"), "live");
    await vi.advanceTimersByTimeAsync(100);
    type(at("filter"), "liveform");
    await vi.advanceTimersByTimeAsync(100);
    expect(called(server, "filter")).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(called(server, "filter")).toEqual([{ table: "instances", text: "liveform" }]);
    expect(location.hash).toBe("#/instances?filter=liveform");
    server.delta(INSPECTOR, { instances: { total: 2, rows: [instance("i-2", { component: "LiveForm" })] } });
    await drawn();
    expect(rows()).toEqual(["LiveForm"]);
    expect(document.querySelector(".more")!.textContent).toBe("1 of 2 fit the filter.");
  });

  it("keep the filter of each view", async () => {
    await openPage("#/instances?filter=abc");
    await follow("#/rooms");
    expect((at("filter") as HTMLInputElement).value).toBe("");
    expect(at("to-instances").getAttribute("href")).toBe("#/instances?filter=abc");
  });

  it("show what is ill at the top, also while modules are filtered", async () => {
    const ill = module("LiveForm", { health: { status: "unhealthy", events: 10, broken: 4, meanMs: 1.25, lastEventMs: 5 } });
    const { server } = await openPage("#/modules?filter=counter", { modules: { total: 2, rows: [module("LiveCounter"), ill] } });
    expect(rows()).toEqual(["LiveCounter"]);
    expect(called(server, "filter")).toEqual([]);
    expect(at("alerts").textContent!.replace(/\s+/g, " ").trim()).toBe(
      "LiveForm is unhealthy: 4 of 10 events broke, 1.3 ms each",
    );
  });
});

describe("the keyboard", () => {
  it("goes to the filter by /, and out of it by Esc", async () => {
    await openPage();
    press("/");
    expect(document.activeElement).toBe(at("filter"));
    press("j");
    expect(document.activeElement).toBe(at("filter"));
    press("Escape");
    expect(document.activeElement).toBe(document.body);
  });

  it("goes from row to row by j, k and the arrows, with one tab stop for all", async () => {
    await openPage();
    const [first, second] = all("[data-testid=row]");
    press("j");
    expect(document.activeElement).toBe(first);
    press("ArrowDown");
    await drawn();
    expect(document.activeElement).toBe(second);
    expect(all("[data-testid=row]").map((row) => row.tabIndex)).toEqual([-1, 0]);
    press("j");
    expect(document.activeElement).toBe(second);
    press("k");
    expect(document.activeElement).toBe(first);
  });

  it("closes the panel by Esc, and is back at the row", async () => {
    await openPage("#/instances/i-2", { selected: selected("i-2") });
    press("Escape", document.body);
    expect(location.hash).toBe("#/instances");
    expect(document.activeElement).toBe(all("[data-testid=row]")[1]);
  });
});

describe("an instance", () => {
  const open = async (more = {}, id = "i-1") => {
    const opened = await openPage(`#/instances/${id}`, { selected: selected(id), ...more });
    answer(opened.server, "select", { events: [event(1), event(2), event(3)] });
    await drawn();
    return opened;
  };

  it("is opened by its address, with its state and its last events, the newest first", async () => {
    const { server } = await open();
    expect(called(server, "select")).toEqual([{ instance: "i-1" }]);
    expect(all(".tree [data-key] .line").map((part) => part.textContent!.replace(/\s+/g, " ").trim())).toEqual([
      "count 1",
      'name "Ada"',
    ]);
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["3", "2", "1"]);
  });

  it("takes the news that are its own", async () => {
    const { server } = await open();
    server.delta(INSPECTOR, { news: { batch: 1, lost: 2, events: [event(4), event(5, { instance: "i-2" }), roomEvent(6)] } });
    await drawn();
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["4", "3", "2", "1"]);
    expect(document.querySelector(".note")!.textContent!.trim()).toBe("2 events could not be kept, and are missing here.");
  });

  it("does not take the answer for another that was selected meanwhile", async () => {
    const { server } = await openPage("#/instances/i-1");
    const first = server.last("CALL_ACTION");
    await follow("#/instances/i-2");
    server.answer(first, { result: { events: [event(1)] } });
    server.delta(INSPECTOR, { selected: selected("i-2") });
    await drawn();
    expect(all(".event")).toHaveLength(0);
  });

  it("opens an event to show all of it", async () => {
    const { server } = await open();
    server.delta(INSPECTOR, {
      news: {
        batch: 1,
        lost: 0,
        events: [event(4, { payload: { by: 2 }, result: { ok: true }, error: "too much", outcome: "refused" })],
      },
    });
    await drawn();
    await click(all(".event-line")[0]);
    const details = document.querySelector(".event .details")!;
    expect([...details.querySelectorAll("dt")].map((term) => term.textContent)).toEqual([
      "Error",
      "Payload",
      "Delta",
      "Result",
      "Instance",
      "Connection",
      "Request",
      "Number",
    ]);
    expect(details.textContent).toContain("too much");
  });

  it("calls an action with a payload that is JSON, and shows what came of it", async () => {
    const { server } = await open();
    type(at("call-payload"), "{by: 2}");
    await drawn();
    expect((at("call") as HTMLButtonElement).disabled).toBe(true);
    type(at("call-payload"), `{"by": 2}`);
    await drawn();
    at("call")
      .closest("form")!
      .dispatchEvent(new Event("submit", { cancelable: true }));
    expect(called(server, "call")).toEqual([{ instance: "i-1", action: "increment", payload: { by: 2 } }]);
    answer(server, "call", { success: false, result: null, error: "<b>no</b>", code: "ACTION_FAILED" });
    await drawn();
    expect(at("call-outcome").textContent).toContain("increment: <b>no</b>");
    expect(at("call-outcome").textContent).toContain("ACTION_FAILED");
  });

  it("has its state edited, key by key", async () => {
    const { server } = await open();
    await click(all(".edit")[0]);
    type(at("edit-text"), "7");
    at("edit-text")
      .closest("form")!
      .dispatchEvent(new Event("submit", { cancelable: true }));
    expect(called(server, "edit")).toEqual([{ instance: "i-1", changes: { count: 7 } }]);
    refuse(server, "edit", "It is busy");
    await drawn();
    expect(at("edit-text").closest("form")!.textContent).toContain("It is busy");
    at("edit-text")
      .closest("form")!
      .dispatchEvent(new Event("submit", { cancelable: true }));
    answer(server, "edit");
    await drawn();
    expect(at("edit-text")).toBeNull();
  });

  it("goes back in time by steps, by the slider and by an event, and comes forward again", async () => {
    const { server } = await open();
    await click(at("step-back"));
    expect(called(server, "travel")).toEqual([{ instance: "i-1", seq: 2 }]);
    answer(server, "travel");
    await drawn();
    expect(
      all(".event").map((row) => (row.classList.contains("undone") ? "undone" : row.classList.contains("here") ? "here" : "")),
    ).toEqual(["undone", "here", ""]);
    const slider = at("travel") as HTMLInputElement;
    slider.value = "0";
    slider.dispatchEvent(new Event("input"));
    await drawn();
    // Held over an event, it shows what that changed, and has not gone there yet.
    expect(document.querySelector(".stop")!.textContent).toContain("count 1");
    expect(called(server, "travel")).toHaveLength(1);
    slider.dispatchEvent(new Event("change"));
    expect(called(server, "travel").at(-1)).toEqual({ instance: "i-1", seq: 1 });
    answer(server, "travel");
    await drawn();
    await click(all(".event .back")[0]);
    expect(called(server, "travel").at(-1)).toEqual({ instance: "i-1", seq: 3 });
    refuse(server, "travel", "That event is forgotten");
    await drawn();
    expect(at("panel").textContent).toContain("That event is forgotten");
  });

  it("shows private data only when asked for, and not of the next that is opened", async () => {
    const { server } = await open();
    await click(at("reveal"));
    expect(called(server, "reveal")).toEqual([{ private: true }]);
    server.delta(INSPECTOR, { selected: selected("i-1", { private: { token: "s3cret" } }) });
    await drawn();
    expect(at("panel").textContent).toContain("s3cret");
    await follow("#/instances/i-2");
    expect(called(server, "reveal").at(-1)).toEqual({ private: false });
    server.delta(INSPECTOR, { selected: selected("i-2") });
    await drawn();
    expect(at("reveal").getAttribute("aria-pressed")).toBe("false");
  });

  it("has in production no private data, no edit and no time", async () => {
    await open(inProduction);
    expect([at("reveal"), at("travel"), document.querySelector(".edit"), document.querySelector(".back")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(at("call")).not.toBeNull();
  });

  it("says that it has ended, and cannot be acted upon then", async () => {
    await open({ selected: selected("i-1", { there: false }) });
    expect(at("panel").textContent).toContain("ended");
    expect([at("call"), at("travel"), document.querySelector(".edit")]).toEqual([null, null, null]);
  });

  it("can be busy whenever it is looked at", async () => {
    await open({ selected: selected("i-1", { busy: true, state: null, rooms: null, timers: null, version: null }) });
    expect(at("panel").textContent).toContain("Its state is not known.");
  });
});

describe("a room", () => {
  it("is followed, and pauses", async () => {
    const { server } = await openPage("#/rooms/lobby", { selected: selectedRoom("lobby") });
    expect(called(server, "select")).toEqual([{ room: "lobby" }]);
    const tell = async (batch: number, ...events: unknown[]) => {
      server.delta(INSPECTOR, { news: { batch, lost: 0, events } });
      await drawn();
    };
    await tell(1, roomEvent(1), roomEvent(2, { room: "other" }), event(3));
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["1"]);
    await click(at("pause"));
    await tell(2, roomEvent(4));
    expect(all(".event")).toHaveLength(1);
    expect(at("pause").textContent!.trim()).toBe("Resume 1 new");
    await click(at("pause"));
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["4", "1"]);
    expect(at("members").textContent).toContain("LiveCounter");
  });
});

describe("the tail", () => {
  it("is followed while one looks at it, filtered by words, without housekeeping", async () => {
    const { server } = await openPage("#/tail?filter=form");
    expect(called(server, "tail")).toEqual([{ on: true }]);
    const quiet = event(3, { component: "LiveForm", kind: "daemon", name: null, delta: null });
    server.delta(INSPECTOR, { news: { batch: 1, lost: 0, events: [event(1), event(2, { component: "LiveForm" }), quiet] } });
    await drawn();
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["2"]);
    await click(button("Housekeeping"));
    expect(all(".event").map((row) => row.dataset["seq"])).toEqual(["3", "2"]);
    await follow("#/instances");
    expect(called(server, "tail").at(-1)).toEqual({ on: false });
  });
});

describe("the swaps", () => {
  it("are told with what they did, and refused ones with why", async () => {
    await openPage("#/swaps", {
      swaps: [
        { at: 2000, module: "form.wasm", outcome: "refused", tookMs: 3, components: [], error: "<script>no</script>" },
        {
          at: 1000,
          module: "counter.wasm",
          outcome: "taken",
          tookMs: 12.4,
          components: [{ name: "LiveCounter", version: "1.0.1", isNew: false, instances: 1 }],
          error: null,
        },
      ],
    });
    const [refused, taken] = all(".swap").map((swap) => swap.textContent!.replace(/\s+/g, " "));
    expect(refused).toContain("<script>no</script>");
    expect(taken).toContain("counter.wasm in 12 ms LiveCounter 1.0.1 1 instance went on");
    expect(document.querySelectorAll("#root script")).toHaveLength(0);
  });
});
