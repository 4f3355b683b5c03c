// `liveside-build`, as a project calls it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CLI = fileURLToPath(new URL("../build/cli.js", import.meta.url));
const SDK = fileURLToPath(new URL("..", import.meta.url));

/** A project of one file; it goes when the test ends. */
async function project(t, source) {
  const dir = await mkdtemp(join(tmpdir(), "liveside-build-"));
  t.after(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, "node_modules/@liveside"), { recursive: true });
  await symlink(SDK, join(dir, "node_modules/@liveside/component"));
  await writeFile(join(dir, "package.json"), '{"name": "@shop/cart", "type": "module"}');
  await mkdir(join(dir, "src"));
  if (source !== undefined) await writeFile(join(dir, "src/index.js"), source);
  return dir;
}

const build = (dir, ...options) => promisify(execFile)(process.execPath, [CLI, dir, ...options]);

const CART = 'import { Component } from "@liveside/component"; export class Cart extends Component { size = SIZE; }';

test("a project becomes a module with its name, and the bundle beside it", async (t) => {
  const dir = await project(t, CART);
  const { stdout } = await build(dir, "--define", "SIZE=3");
  assert.match(stdout, /dist\/cart\.wasm: \d\.\d+ MB/);
  const module = await readFile(join(dir, "dist/cart.wasm"));
  assert.equal(module.subarray(0, 8).toString("hex"), "0061736d0d000100");
  assert.match(await readFile(join(dir, "dist/cart.bundle.js"), "utf8"), /size = 3;/);
});

test("what is wrong with a class is said when it is built", async (t) => {
  const source = 'import { Component } from "@liveside/component"; export class Cart extends Component { onMonut() {} }';
  await assert.rejects(build(await project(t, source)), { stderr: /`onMonut` looks like a hook and is none/ });
});

test("what cannot be done at the top level is said", async (t) => {
  const source = `const started = Date.now(); ${CART.replace("SIZE", "started")}`;
  await assert.rejects(build(await project(t, source)), { stderr: /`clock` of the daemon is not there yet.*onMount/ });
});

test("a source with a mistake is shown with its line", async (t) => {
  await assert.rejects(build(await project(t, "export class {")), { stderr: /src\/index\.js:1:13/ });
});

test("a project without a source, and one without a component, are told what to write", async (t) => {
  await assert.rejects(build(await project(t)), { stderr: /write src\/index\.ts or src\/index\.js/ });
  await assert.rejects(build(await project(t, "export const a = 1;")), { stderr: /exports no class that extends Component/ });
});
