// The example app of @liveside/react, built by Vite and served by the daemon.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "./support/daemon.mjs";
import { serve, stories } from "./support/front.mjs";
import { at, launch, open, shows } from "./support/page.mjs";

stories("react");

/** Vite's own server, which hands on to the daemon what is the daemon's. */
async function develop(liveside) {
  const vite = join(root, "clients/node_modules/vite/bin/vite.js");
  const cwd = join(root, "clients/examples/react-vite");
  const env = { ...process.env, LIVESIDE: liveside, NO_COLOR: "1" };
  const child = spawn(process.execPath, [vite, "--host", "127.0.0.1", "--port", "0"], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  const url = await new Promise((found, failed) => {
    child.stdout.on("data", (data) => {
      const [line] = (out += data).match(/http:\/\/127\.0\.0\.1:\d+/) ?? [];
      if (line) found(line);
    });
    child.once("exit", (code) => failed(new Error(`Vite ended with ${code}: ${out}`)));
  });
  return { url, stop: () => child.kill() };
}

test("in development, where React tries everything twice, everything is mounted once", async (context) => {
  const browser = await launch();
  context.after(() => browser.close());
  const daemon = await serve();
  context.after(() => daemon.stop());
  const vite = await develop(daemon.url);
  context.after(() => vite.stop());
  const { page, frames, noErrors } = await open(browser, vite.url);
  await at(page, "submit").waitFor();
  await at(page, "add").click();
  await shows(page, "count", 1);
  const types = frames.flatMap((frame) => JSON.parse(frame)).map(({ type }) => type);
  assert.equal(types.filter((type) => type === "COMPONENT_MOUNTED").length, 4);
  assert.equal(types.filter((type) => type === "COMPONENT_UNMOUNTED").length, 0);
  await shows(page, "users", 1);
  noErrors();
});
