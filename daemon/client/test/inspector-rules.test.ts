// Small rules of the inspector's page: addresses, the order of rows, filters, figures.

import { describe, expect, it } from "vitest";
import { fitsWords } from "../src/inspector/filter.ts";
import { bytes, count, duration, plural, took } from "../src/inspector/format.ts";
import { formatRoute, linkTo, parseRoute } from "../src/inspector/route.ts";
import { nextSort, sorted } from "../src/inspector/sort.ts";

describe("an address", () => {
  it("says where one is", () => {
    expect(parseRoute("#/instances/i-1")).toEqual({ view: "instances", open: "i-1", filter: "" });
    expect(parseRoute("#/swaps")).toEqual({ view: "swaps", open: null, filter: "" });
    expect(parseRoute("#/tail?filter=a%20b")).toEqual({ view: "tail", open: null, filter: "a b" });
  });

  it("comes back the same, whatever a room is called", () => {
    for (const open of ["chat:1", "a/b?c#d", "100%", "ü ☃", ".."]) {
      const route = { view: "rooms", open, filter: "x&y=z" } as const;
      expect(parseRoute(formatRoute(route))).toEqual(route);
    }
  });

  it("leads to the beginning where it leads nowhere", () => {
    for (const hash of ["", "#", "#/", "#/nothing/here"])
      expect(parseRoute(hash)).toEqual({ view: "instances", open: null, filter: "" });
    expect(parseRoute("#/rooms/%E0%A4%A").open).toBe("%E0%A4%A");
    expect(parseRoute("#/modules/x").open).toBeNull();
  });

  it("has no filter where there is none", () => {
    expect([linkTo("modules"), linkTo("instances", null, "c-1"), linkTo("rooms", "a/b")]).toEqual([
      "#/modules",
      "#/instances?filter=c-1",
      "#/rooms/a%2Fb",
    ]);
  });
});

describe("the order of rows", () => {
  const rows = [
    { id: "c", n: 2 },
    { id: "a", n: null },
    { id: "b10", n: 2 },
    { id: "b9", n: 10 },
  ];
  const order = (by: "id" | "n", descending: boolean) =>
    sorted(
      rows,
      (row) => row[by],
      ({ id }) => id,
      descending,
    ).map(({ id }) => id);

  it("is by figures or by text with numbers in it; equal rows stay by their key, unknown ones last", () => {
    expect(order("n", false)).toEqual(["b10", "c", "b9", "a"]);
    expect(order("n", true)).toEqual(["b9", "b10", "c", "a"]);
    expect(order("id", false)).toEqual(["a", "b9", "b10", "c"]);
  });

  it("turns round by the same column, and begins with the largest figure", () => {
    const first = nextSort(undefined, "n", true);
    expect(first).toEqual({ column: "n", descending: true });
    expect(nextSort(first, "n", true)).toEqual({ column: "n", descending: false });
    expect(nextSort(first, "id", false)).toEqual({ column: "id", descending: false });
  });
});

describe("a filter", () => {
  it("wants every word somewhere", () => {
    expect(fitsWords(["LiveForm", "form.wasm", null], "FORM live")).toBe(true);
    expect(fitsWords(["LiveForm"], "form room")).toBe(false);
    expect(fitsWords([], "")).toBe(true);
  });
});

describe("figures", () => {
  it("have one form each", () => {
    expect([count(1234567), plural(1, "event"), plural(0, "event"), plural(2, "key")]).toEqual([
      "1,234,567",
      "1 event",
      "0 events",
      "2 keys",
    ]);
    expect([0, 1023, 1536, 5_000_000].map(bytes)).toEqual(["0 B", "1,023 B", "1.5 KiB", "4.8 MiB"]);
    expect([12, 1500, 125_000, 7_500_000, 200_000_000].map(duration)).toEqual([
      "12 ms",
      "1.5 s",
      "2 min 5 s",
      "2 h 5 min",
      "2 d 7 h",
    ]);
    expect([85, 1234, 2_500_000].map(took)).toEqual(["85 µs", "1.2 ms", "2.50 s"]);
  });
});
