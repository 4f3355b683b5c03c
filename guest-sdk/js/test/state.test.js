// Fields as state: what is loaded, what counts as changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Component, LiveError } from "@liveside/component";
import { migrate, mount } from "@liveside/component/testing";

class Board extends Component {
  static actions = ["write", "touch", "fail", "crash", "stray", "keep", "later", "laterFail", "forget"];
  lines = [];
  author = { name: "nobody" };
  size = 0;
  note;
  #seen = 0;

  write({ line }) {
    this.lines.push(line);
    this.size = this.lines.length;
    return this.lines;
  }

  touch() {
    this.lines = [...this.lines];
    this.author = { name: "nobody" };
    this.size = Number(this.size);
    this.note = undefined;
    this.#seen += 1;
    return this.#seen;
  }

  fail() {
    this.size = 7;
    throw new Error("No.");
  }

  crash() {
    this.size = 8;
    this.context.private.set("secret", 1);
    return this.nowhere.length;
  }

  stray() {
    this.cache = 1;
  }

  keep({ what }) {
    this.note = { map: new Map(), date: new Date(0), text: "text", list: [1], none: NaN }[what];
  }

  async later() {
    const one = await Promise.resolve(1);
    this.size += one;
    return this.size;
  }

  async laterFail() {
    this.size = 9;
    await null;
    throw LiveError.denied("Not you.");
  }

  forget() {
    delete this.note;
  }
}

test("fields are the state, without a value they are null", () => {
  assert.deepEqual(mount(Board).state, { lines: [], author: { name: "nobody" }, size: 0, note: null });
});

test("changes inside a list are found, the rest is left alone", () => {
  const board = mount(Board);
  assert.deepEqual(board.call("write", { line: "a" }), ["a"]);
  assert.deepEqual(board.delta(), { lines: ["a"], size: 1 });
});

test("what is assigned the same is no change, and private fields last one event", () => {
  const board = mount(Board);
  assert.equal(board.call("touch"), 1);
  assert.equal(board.call("touch"), 1);
  assert.deepEqual(board.delta(), {});
});

test("an event loads what it reads: small fields together, lists and objects each by itself", () => {
  const board = mount(Board);
  board.call("write", { line: "a" });
  assert.deepEqual(board.loaded(), ["lines"]);
  board.call("touch");
  assert.deepEqual(board.loaded().sort(), ["lines", "note", "size"]);
  board.call("forget");
  assert.deepEqual(board.loaded(), []);
});

test("all fields are there for who looks at them all", () => {
  class All extends Component {
    static actions = ["all"];
    a = 1;
    b = [2];
    all() {
      this.a = 5;
      return [Object.keys(this), { ...this }, "b" in this, JSON.stringify(this)];
    }
  }
  const now = { a: 5, b: [2] };
  assert.deepEqual(mount(All).call("all"), [["a", "b"], now, true, JSON.stringify(now)]);
});

test("browsers set state keys where the options say so", () => {
  class Open extends Component {
    static options = { setValue: true };
    size = 0;
  }
  const open = mount(Open);
  open.setValue("size", 3);
  assert.deepEqual(open.delta(), { size: 3 });
  assert.throws(() => open.setValue("other", 3), { code: "invalid-payload" });
  assert.throws(() => mount(Board).setValue("size", 3), { code: "not-callable", message: /say `setValue: true`/ });
});

test("an error of the author keeps what was changed before", () => {
  const board = mount(Board);
  assert.throws(() => board.call("fail"), { name: "LiveError", code: "failed", message: "No." });
  assert.equal(board.state.size, 7);
});

test("a bug drops what was changed, private data too", () => {
  const board = mount(Board);
  assert.throws(() => board.call("crash"), TypeError);
  assert.equal(board.state.size, 0);
  assert.equal(board.private("secret"), undefined);
});

test("what is no field is refused, by name", () => {
  assert.throws(() => mount(Board).call("stray"), { name: "TypeError", message: /`cache` is no field of Board: declare it/ });
});

test("what JSON does not have is refused, by name", () => {
  const board = mount(Board);
  assert.throws(() => board.call("keep", { what: "map" }), /The field `note` of Board holds a Map/);
  assert.throws(() => board.call("keep", { what: "date" }), /The field `note` of Board holds a .*Date/);
  board.call("keep", { what: "none" });
  assert.deepEqual(board.delta(), {});
  board.call("keep", { what: "list" });
  assert.deepEqual(board.delta(), { note: [1] });
  board.call("keep", { what: "text" });
  assert.deepEqual(board.delta(), { note: "text" });
  board.call("forget");
  assert.deepEqual(board.delta(), { note: null });
});

test("async methods are waited for", async () => {
  const board = mount(Board);
  assert.equal(await board.call("later"), 1);
  assert.deepEqual(board.delta(), { size: 1 });
  await assert.rejects(board.call("laterFail"), { code: "denied" });
  assert.equal(board.state.size, 9);
});

test("props set known keys, or any, or none", () => {
  class Any extends Component {
    static options = { props: "any" };
    static actions = ["drop"];
    size = 0;
    drop() {
      delete this.extra;
    }
  }
  assert.deepEqual(mount(Board, { props: { size: 2, other: 1 } }).state.size, 2);
  const any = mount(Any, { props: { extra: 1, drop: "not a method", context: 1 } });
  any.call("drop");
  assert.deepEqual(any.delta(), { extra: null });
  assert.equal(any.state.drop, "not a method");
});

test("without `migrate`, what still fits is kept", () => {
  const state = migrate(Board, "0.9.0", { lines: "many", size: 4, note: "kept", old: 1 });
  assert.deepEqual(state, { lines: [], author: { name: "nobody" }, size: 4, note: "kept" });
});

test("room events that come together are one transaction; the error of one stops no other", () => {
  class Listener extends Component {
    static roomEvents = { SAID: "said", LOST: { method: "lost", room: "chat:*" } };
    heard = [];
    said({ text }, { room }) {
      if (!text) throw new Error("Nothing was said.");
      this.heard.push(`${room} ${text}`);
    }
    async lost() {
      await null;
      this.heard.push("lost");
    }
  }
  const listener = mount(Listener, { room: "lobby" });
  const said = (text, room = "lobby") => ({ room, event: "SAID", data: { text } });
  assert.throws(() => listener.roomEvents([said("a"), said(""), said("b"), said("c", "other")]), /Nothing was said/);
  assert.deepEqual(listener.state.heard, ["lobby a", "lobby b"]);
  return listener.roomEvents([{ room: "chat:1", event: "LOST" }, said("d")]).then(() => {
    assert.deepEqual(listener.delta().heard, ["lobby a", "lobby b", "lost", "lobby d"]);
  });
});
