// A JSON value that is looked at while it changes.

import { render } from "lit-html";
import { beforeEach, describe, expect, it } from "vitest";
import { changedPaths, parseJson, preview } from "../src/inspector/json.ts";
import { Tree } from "../src/inspector/tree.ts";
import { treeView } from "../src/inspector/view/tree.ts";
import { all } from "./inspecting.ts";

describe("what changed", () => {
  it("is told by the smallest parts that did", () => {
    const before = { a: 1, b: { c: [1, 2], d: 3 } };
    expect(changedPaths(before, { a: 1, b: { c: [1, 5], d: 3 } })).toEqual(["/b/c/1"]);
    expect(changedPaths(before, { a: 2, b: { c: [1, 2], d: 3 }, e: null })).toEqual(["/a", "/e"]);
    expect(changedPaths(before, structuredClone(before))).toEqual([]);
  });

  it("is what something was part of, where it is gone", () => {
    expect(changedPaths({ a: { b: 1, c: 2 } }, { a: { b: 1 } })).toEqual(["/a"]);
    expect(changedPaths([1, 2], [1])).toEqual([""]);
  });

  it("is all of a value that became another kind of value", () => {
    expect(changedPaths({ a: [1] }, { a: { 0: 1 } })).toEqual(["/a"]);
    expect(changedPaths({ a: null }, { a: [1] })).toEqual(["/a"]);
  });

  it("has paths that no key can be mistaken for", () => {
    expect(changedPaths({}, { "a/b": 1, "a~1b": 2 })).toEqual(["/a~1b", "/a~01b"]);
  });
});

describe("a tree", () => {
  it("does not flash at first, then what changed, and by turns so that it can again", () => {
    const tree = new Tree();
    tree.update({ count: 1, name: "Ada" });
    expect(tree.flash("/count", true)).toBe(0);
    tree.update({ count: 2, name: "Ada" });
    expect([tree.flash("/count", true), tree.flash("/name", true)]).toEqual([1, 0]);
    tree.update({ count: 3, name: "Ada" });
    expect(tree.flash("/count", true)).toBe(2);
  });

  it("flashes what is closed for what is inside, and what is open not", () => {
    const tree = new Tree(1, { user: { name: { first: "Ada" } } });
    tree.update({ user: { name: { first: "Bo" } } });
    expect([tree.flash("/user", true), tree.flash("/user", false), tree.flash("/user/name/first", true)]).toEqual([1, 0, 1]);
  });

  it("does not flash again when something is opened", () => {
    const tree = new Tree(1, { user: { name: "Ada" } });
    tree.update({ user: { name: "Bo" } });
    tree.toggle("/user", 1);
    expect([tree.isOpen("/user", 1), tree.flash("/user/name", true)]).toEqual([true, 0]);
  });

  it("keeps open what was opened while its value changes", () => {
    const tree = new Tree(1, { user: { name: "Ada" } });
    tree.toggle("/user", 1);
    tree.update({ user: { name: "Bo" } });
    expect(tree.isOpen("/user", 1)).toBe(true);
  });
});

describe("a tree on the page", () => {
  const root = document.createElement("div");
  beforeEach(() => document.body.replaceChildren(root));
  const show = (tree: Tree) => {
    const draw = () => render(treeView(tree, { label: "State", draw }), root);
    draw();
    return draw;
  };

  it("shows names and values as text and nothing else", () => {
    show(new Tree(1, { "<b>key</b>": "<img src=x onerror=alert(1)>" }));
    expect(root.querySelectorAll("b, img")).toHaveLength(0);
    expect(root.textContent).toContain(`"<img src=x onerror=alert(1)>"`);
    expect(all(".key").map((key) => key.textContent)).toEqual(["<b>key</b>"]);
  });

  it("opens and closes by a button that says which", () => {
    show(new Tree(1, { user: { name: "Ada" }, none: {} }));
    const [button, ...more] = all("[aria-expanded]");
    expect(more).toHaveLength(0);
    expect(button!.textContent).toContain(`1 key  {"name":"Ada"}`);
    button!.click();
    expect(all("[aria-expanded]")[0]!.getAttribute("aria-expanded")).toBe("true");
    expect(all("li li .key").map((key) => key.textContent)).toEqual(["name"]);
  });

  it("marks a part that changed, and only that", () => {
    const tree = new Tree(1, { count: 1, name: "Ada" });
    const draw = show(tree);
    tree.update({ count: 2, name: "Ada" });
    draw();
    expect(all(".flash-1 .key").map((key) => key.textContent)).toEqual(["count"]);
  });

  it("shows the first hundred of a long list until one wants more", () => {
    show(
      new Tree(
        1,
        Array.from({ length: 130 }, (_, n) => n),
      ),
    );
    expect(all("li .value")).toHaveLength(100);
    all("button").at(-1)!.click();
    expect(all("li .value")).toHaveLength(130);
  });

  it("says that of a long value only the beginning is known", () => {
    show(new Tree(1, { text: { $truncated: 20_480, start: `"aaaa` } }));
    expect(root.textContent).toContain(`"aaaa…`);
    expect(root.textContent).toContain("the beginning of 20.0 KiB");
    expect(all("[aria-expanded]")).toHaveLength(0);
  });
});

describe("JSON that is typed", () => {
  it("is a value, or a sentence that says what is wrong", () => {
    expect(parseJson(`{"by": 2}`)).toEqual({ value: { by: 2 } });
    expect(parseJson("null")).toEqual({ value: null });
    expect(parseJson("{by: 2}").problem).toMatch(/^Not JSON: /);
    expect(parseJson(" ").problem).toBe("Type a JSON value");
  });

  it("is cut where it is only glanced at", () => {
    expect([preview({ a: [1, 2] }), preview("abcdef", 5)]).toEqual([`{"a":[1,2]}`, `"abc…`]);
  });
});
