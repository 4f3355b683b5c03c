// The module's side: a bundle as the build makes it, in a realm that has no more than the engine, over a daemon of
// functions. What it exports is called as the daemon calls it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

import * as esbuild from "esbuild";

import { optionsFor } from "../build/bundle.js";

const PROJECT = fileURLToPath(new URL("fixture", import.meta.url));

/** The WIT's functions, as the test gives them. */
const daemon = {
  name: "daemon",
  setup(build) {
    build.onResolve({ filter: /^liveside:/ }, ({ path }) => ({ path, namespace: "daemon" }));
    build.onLoad({ filter: /.*/, namespace: "daemon" }, ({ path }) => {
      const name = /\/(\w+)@/.exec(path)[1];
      return { contents: `module.exports = globalThis.daemon[${JSON.stringify(name)}] ?? {};` };
    });
  },
};

async function load(define) {
  const options = { ...optionsFor({ project: PROJECT, define }), format: "iife", globalName: "guest", external: [] };
  const { outputFiles } = await esbuild.build({ ...options, plugins: [daemon] });
  const state = { n: 1, list: [] };
  const logs = [];
  const patches = [];
  const realm = vm.createContext({
    daemon: {
      state: { load: () => JSON.stringify(state), patch: (text) => void patches.push(JSON.parse(text)) },
      log: { log: (level, message) => void logs.push(`${level} ${message}`) },
      clock: { now: () => 1234, monotonic: () => 5e6 },
      random: { getBytes: (length) => new Uint8Array(length).fill(7) },
      http: { fetch: ({ url }) => ({ status: 200, headers: [], body: new TextEncoder().encode(`"${url}"`) }) },
      rooms: {
        emit: () => {
          throw Object.assign(new Error("payload"), { payload: { code: "denied", message: "only members" } });
        },
      },
    },
  });
  vm.runInContext(outputFiles[0].text, realm);
  const { component } = vm.runInContext("guest", realm);
  const target = { component: "Fixture", instance: "i" };
  const plain = (value) => JSON.parse(JSON.stringify(value ?? null));
  return {
    logs,
    patches,
    describe: () => plain(component.describe()),
    /** What an action answers, or what it fails with. */
    call(name, payload) {
      try {
        return { ok: component.handle(target, { tag: "action", val: { name, payload: payload && JSON.stringify(payload) } }) };
      } catch (error) {
        return plain(error);
      }
    },
    migrate: (from, state) => JSON.parse(component.migrate("Fixture", from, JSON.stringify(state))),
  };
}

const guest = await load();

test("every exported component is described, by its exported name", async () => {
  assert.deepEqual(guest.describe().map(({ name }) => name), ["Fixture", "Other"]);
  assert.equal((await load({ NAME: '"Renamed"' })).describe()[0].name, "Renamed");
});

test("an action changes the state and answers", () => {
  assert.deepEqual(guest.call("add", { by: 2 }), { ok: '{"n":3}' });
  assert.deepEqual(guest.patches.pop(), { n: 3, list: [3] });
});

test("errors of an author are told, bugs go to the log with their stack", () => {
  assert.deepEqual(guest.call("refuse", { how: "error" }), { code: "failed", message: "No." });
  assert.deepEqual(guest.call("refuse", { how: "subclass" }), { code: "failed", message: "Mine." });
  assert.deepEqual(guest.call("refuse", { how: "range" }), { code: "failed", message: "My range." });
  assert.deepEqual(guest.call("refuse", { how: "denied" }), { code: "denied", message: "Not you." });
  assert.deepEqual(guest.call("refuse", { how: "payload" }), { code: "invalid-payload", message: "What?" });
  assert.deepEqual(guest.call("refuse", { how: "host" }), { code: "failed", message: "only members" });
  guest.patches.length = 0;
  const bug = guest.call("refuse", { how: "bug" });
  assert.equal(bug.code, "crashed");
  assert.match(bug.message, /^TypeError: .*null[^]*\n    at .*refuse/);
  assert.deepEqual(guest.patches, []);
  assert.deepEqual(guest.call("refuse", { how: "thing" }), {
    code: "crashed",
    message: 'Something that is no Error was thrown: {"a":1}',
  });
  const { code, message } = guest.call("hidden");
  assert.equal(code, "not-callable");
  assert.match(message, /^Fixture has no public action `hidden`: add `@action`/);
});

test("async methods end with the event", () => {
  assert.deepEqual(guest.call("later", { url: "http://a" }), { ok: '["http://a",2,[1,2]]' });
  assert.equal(guest.patches.pop().n, 2);
  assert.deepEqual(guest.call("laterRefused"), { code: "denied", message: "Later." });
  assert.deepEqual(guest.call("loose"), { ok: null });
  const warned = guest.logs.splice(0).join("\n");
  assert.match(warned, /nobody listened: Error: nobody listens/);
  assert.match(warned, /nobody listened: TypeError/);
  const never = guest.call("never");
  assert.equal(never.code, "crashed");
  assert.match(never.message, /waits for what never comes.*this\.context\.timers/);
  assert.match(guest.call("tooLate").message, /setTimeout ends with the event: use `this\.context\.timers`/);
});

test("the globals are the daemon's", () => {
  const { ok } = guest.call("globals");
  assert.deepEqual(JSON.parse(ok), {
    now: [1234, 1234, 1234, "1970-01-01T00:00:00.000Z", true],
    text: "grün 🙂",
    clone: [true, false, 1],
    random: [true, 4, "07070707-0707-4707-8707-070707070707"],
    performance: 5,
  });
  assert.deepEqual(guest.logs.splice(0), ['info text 1 {"a":2}', "error shown"]);
});

test("state of another version is migrated", () => {
  assert.deepEqual(guest.migrate("0.1.0", { n: 5, list: "no", gone: 1 }), { n: 5 });
});
