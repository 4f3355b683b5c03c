// `liveside-build`, as a project calls it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { FILLER, HEADER, MARK, SIZE, read, reserve } from "../src/module/slot.js";

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

const COMPONENT = 'import { Component } from "@liveside/component";';

test("a quick build puts the source into a module that is made once", async (t) => {
  const dir = await project(t, CART);
  const first = await build(dir, "--quick", "--define", "SIZE=3");
  assert.match(first.stdout, /dist\/cart\.wasm/);
  const cache = join(dir, "node_modules/.cache/liveside");
  const base = join(cache, (await readdir(cache)).find((name) => name.endsWith(".wasm")));
  const made = (await stat(base)).mtimeMs;
  await build(dir, "--quick", "--define", "SIZE=4", "--out", join(dir, "dist/four.wasm"));
  assert.equal((await stat(base)).mtimeMs, made);
  const [three, four] = await Promise.all(["cart", "four"].map((name) => readFile(join(dir, `dist/${name}.wasm`))));
  assert.ok(three.includes("size = 3;") && !three.includes("size = 4;"));
  assert.ok(four.includes("size = 4;") && !four.includes("size = 3;"));
  assert.ok(four.includes(await readFile(join(dir, "dist/four.bundle.js"))));
  await writeFile(base, "damaged");
  await build(dir, "--quick", "--define", "SIZE=5");
  assert.ok((await readFile(join(dir, "dist/cart.bundle.js"), "utf8")).includes("size = 5;"));
});

test("a quick build says what an ordinary one says", async (t) => {
  const dir = await project(t, CART);
  const fails = async (source, stderr) => {
    await writeFile(join(dir, "src/index.js"), source);
    await assert.rejects(build(dir, "--quick"), { stderr });
  };
  await fails(`${COMPONENT} export class Cart extends Component { onMonut() {} }`, /`onMonut` looks like a hook and is none/);
  await fails(`const at = Date.now(); ${CART.replace("SIZE", "at")}`, /`clock` of the daemon is not there yet.*onMount/);
  await fails("export class {", /src\/index\.js:1:13/);
  await fails("export const a = 1;", /exports no class that extends Component/);
  await fails('import { Componet } from "@liveside/component";', /No matching export.*"Componet"/);
  await fails(`${COMPONENT}\nnull.size;`, /The source does not run: .*\n.*cart\.bundle\.js:\d+:\d+\n +null\.size;/);
});

test("a source that is too long for a quick build gets an ordinary one", async (t) => {
  const dir = await project(t, CART);
  await build(dir, "--quick", "--define", "SIZE=3");
  const short = await readFile(join(dir, "dist/cart.wasm"));
  const long = `${COMPONENT} export class Cart extends Component { size = ${JSON.stringify("x".repeat(SIZE))}.length; }`;
  await writeFile(join(dir, "src/index.js"), long);
  await build(dir, "--quick");
  const module = await readFile(join(dir, "dist/cart.wasm"));
  assert.ok(short.includes(MARK + "0") && !module.includes(MARK + "0"));
  // With the SDK in it, as an ordinary one.
  assert.match(await readFile(join(dir, "dist/cart.bundle.js"), "utf8"), /liveside:component\/state/);
});

test("what is in the place is read as it was written", () => {
  const put = (source) => {
    const bytes = Buffer.from(source);
    return MARK + String(bytes.length).padStart(HEADER - MARK.length, "0") + bytes.toString("latin1") + FILLER.repeat(9);
  };
  for (const source of ["", "a = 1", 'a = "é 😀 \u2028"; // ~']) assert.equal(read(put(source)), source);
  assert.equal(reserve().length, SIZE);
});
