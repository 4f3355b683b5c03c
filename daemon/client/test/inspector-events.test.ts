// Lists of events: what is kept of them, and going back in time by them.

import { describe, expect, it } from "vitest";
import { EventList, fitsText, isHousekeeping } from "../src/inspector/events.ts";
import { Travel } from "../src/inspector/travel.ts";
import { event, roomEvent } from "./inspecting.ts";

const seqs = (list: EventList) => list.shown.map(({ seq }) => seq);

describe("a list of events", () => {
  it("keeps each once, in order, whichever came first", () => {
    const list = new EventList();
    list.add([event(5), event(6)]);
    list.add([event(3), event(4), event(5)]);
    list.add([event(7)]);
    expect(seqs(list)).toEqual([3, 4, 5, 6, 7]);
  });

  it("keeps the last thousand", () => {
    const list = new EventList();
    list.add(Array.from({ length: 990 }, (_, n) => event(n)));
    list.add(Array.from({ length: 20 }, (_, n) => event(990 + n)));
    expect([list.all.length, list.all[0]!.seq, list.all.at(-1)!.seq]).toEqual([1000, 10, 1009]);
    // What has left the list is not known any more.
    list.add([event(2000)]);
    expect(list.all.length).toBe(1000);
  });

  it("stands still while it is paused, and counts what comes", () => {
    const list = new EventList();
    list.add([event(1)]);
    list.pause();
    list.add([event(2), event(3)]);
    list.add([event(3)]);
    expect([seqs(list), list.held, list.paused]).toEqual([[1], 2, true]);
    list.resume();
    expect([seqs(list), list.held, list.paused]).toEqual([[1, 2, 3], 0, false]);
  });

  it("adds up what could not be kept, until it is cleared", () => {
    const list = new EventList();
    list.add([], 3);
    list.add([event(1)], 2);
    expect(list.lost).toBe(5);
    list.clear();
    expect([list.lost, list.all.length]).toEqual([0, 0]);
    list.add([event(1)]);
    expect(seqs(list)).toEqual([1]);
  });

  it("tells events of a daemon that was started anew from those before, though it counts from the beginning", () => {
    const list = new EventList();
    list.add([event(1), event(2)]);
    list.restore([event(1, { at: 5_000_000 })]);
    expect(list.all.map(({ at }) => at)).toEqual([1_000_001, 1_000_002, 5_000_000]);
    expect(list.all.map((event) => "canTravel" in event && event.canTravel)).toEqual([false, false, true]);
  });

  it("goes on after the connection was lost, with what happened meanwhile", () => {
    const list = new EventList();
    list.add([event(1), event(2), roomEvent(3)]);
    list.restore([event(2), event(4)]);
    expect(seqs(list)).toEqual([1, 2, 3, 4]);
    expect(list.all.map((event) => "canTravel" in event && event.canTravel)).toEqual([false, true, false, true]);
  });
});

describe("the filter of a list", () => {
  it("wants every word, anywhere in what the event is about", () => {
    expect(fitsText(event(1), "livecounter INCR")).toBe(true);
    expect(fitsText(event(1, { outcome: "crashed", error: "unreachable" }), "crashed unreach")).toBe(true);
    expect(fitsText(event(1), "increment reset")).toBe(false);
    expect(fitsText(roomEvent(1), "lobby hello")).toBe(true);
    expect(fitsText(event(1), "  ")).toBe(true);
  });

  it("leaves out what the daemon does by itself, unless it came to something", () => {
    const daemon = { kind: "daemon", name: null };
    expect(isHousekeeping(event(1, { ...daemon, delta: null }))).toBe(true);
    expect(isHousekeeping(event(1, daemon))).toBe(false);
    expect(isHousekeeping(event(1, { ...daemon, delta: null, outcome: "crashed" }))).toBe(false);
    expect(isHousekeeping(event(1, { delta: null }))).toBe(false);
  });
});

describe("going back in time", () => {
  const jump = (seq: number) => event(seq, { kind: "inspector", name: "travel" });
  const edit = (seq: number) => event(seq, { kind: "inspector", name: "edit" });

  it("stops where a state is known, at what was edited too, and not at jumps", () => {
    const events = [
      event(1, { canTravel: false }),
      event(2),
      roomEvent(3),
      jump(4),
      edit(5),
      event(6, { kind: "daemon", name: null, delta: null }),
    ];
    expect(new Travel().stops(events).map(({ seq }) => seq)).toEqual([2, 5]);
  });

  it("is at the newest until one goes back, and there until something happens", () => {
    const travel = new Travel();
    const stops = [event(1), event(2), event(3)];
    expect(travel.position(stops)).toBe(2);
    travel.go(1);
    expect(travel.position(stops)).toBe(0);
    travel.happened([jump(4)]);
    expect(travel.position(stops)).toBe(0);
    travel.happened([event(5)]);
    expect(travel.position([...stops, event(5)])).toBe(3);
  });

  it("is where it was if the daemon refuses, unless one has gone on meanwhile", () => {
    const travel = new Travel();
    const stops = [event(1), event(2), event(3)];
    travel.go(2);
    travel.go(1)();
    expect(travel.position(stops)).toBe(1);
    const refused = travel.go(1);
    travel.go(3);
    refused();
    expect(travel.position(stops)).toBe(2);
  });

  it("is at the newest where the event that it went back to has left the list", () => {
    const travel = new Travel();
    travel.go(1);
    expect(travel.position([event(2), event(3)])).toBe(1);
    expect(travel.position([])).toBe(-1);
  });
});
