// A page that another server renders, behind the daemon: plain HTML and attributes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { join } from "node:path";

import { root } from "./support/daemon.mjs";
import { serve } from "./support/front.mjs";
import { at, launch, shows } from "./support/page.mjs";
import { startWire } from "./support/wire.mjs";

let browser, app, states, daemon, wire;
before(async () => {
  // One after the other: where one does not start, nothing is left behind.
  browser = await launch();
  states = await startStates();
  app = await startApp(states.origin);
  daemon = await serve("--upstream", app.url);
  wire = await startWire(daemon.address);
});
after(async () => {
  await browser?.close();
  await wire?.stop();
  await daemon?.stop();
  app?.stop();
  states?.stop();
});

/** Tells the app a state to render, and notes what it was asked. */
async function startStates() {
  const asked = [];
  const state = { count: 41, lastUpdatedBy: null, connectedUsers: 1 };
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ component: "LiveCounter", state }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => server.closeAllConnections() ?? server.close();
  return { asked, origin: `http://127.0.0.1:${server.address().port}`, stop };
}

async function startApp(liveside) {
  const script = join(root, "clients/examples/plain-python/server.py");
  const child = spawn(process.env.PYTHON ?? "python3", [script, "0"], { env: { ...process.env, LIVESIDE: liveside }, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((found, failed) => {
    child.stdout.once("data", (line) => found(String(line).trim()));
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the app ended with ${code}`)));
  });
  return { url, stop: () => child.kill() };
}

async function visit(url = daemon.url) {
  const page = await (await browser.newContext()).newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  await at(page, "offline").waitFor({ state: "hidden" });
  return { page, noErrors: () => assert.deepEqual(errors, []), close: () => page.context().close() };
}

test("the page is rendered with the state that the daemon tells", async () => {
  const html = await (await fetch(daemon.url)).text();
  assert.match(html, /data-testid="count">41<\/p>/);
  assert.match(html, /live-initial="\{&quot;count&quot;: 41,/);
  assert.equal(states.asked.at(-1), "/api/live/render-state/LiveCounter?room=lobby");
});

test("the rendered state shows until the component's own is there", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  // The socket waits until somebody has looked.
  let open;
  const looked = new Promise((done) => (open = done));
  await page.routeWebSocket("**/api/live/ws", async (socket) => {
    await looked;
    socket.connectToServer();
  });
  await page.goto(daemon.url);
  await shows(page, "users", 1);
  await shows(page, "count", 41);
  open();
  await shows(page, "count", 0);
  await context.close();
});

test("two pages count together", async () => {
  const [one, two] = [await visit(), await visit()];
  await at(one.page, "reset").click();
  for (const { page } of [one, two]) await shows(page, "count", 0);
  await at(one.page, "add").click();
  await at(two.page, "add-five").click();
  for (const { page } of [one, two]) await shows(page, "count", 6);
  one.noErrors();
  two.noErrors();
  await Promise.all([one.close(), two.close()]);
});

test("fields are bound, and a form that is wrong is refused with a sentence", async () => {
  const { page, close } = await visit();
  await at(page, "name").fill("Ada");
  await at(page, "email").fill("ada@example");
  await at(page, "unsaved").waitFor();
  await at(page, "submit").click();
  await page.waitForFunction(() => document.querySelector('[data-testid="form-error"]').textContent.includes("ada@example"));
  await at(page, "unsaved").waitFor({ state: "hidden" });
  await at(page, "email").fill("ada@example.org");
  await at(page, "submit").click();
  await at(page, "submitted").waitFor();
  await close();
});

test("a file is uploaded", async () => {
  const { page, noErrors, close } = await visit();
  await at(page, "file").setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("a few words") });
  await shows(page, "upload-status", "complete");
  await shows(page, "preview", "a few words");
  noErrors();
  await close();
});

test("without a connection what is done waits, and is sent once there is one", async () => {
  const { page, close } = await visit(wire.url);
  await at(page, "reset").click();
  await shows(page, "count", 0);
  await page.context().setOffline(true);
  // Browsers leave open sockets alone; a network that is gone does not.
  wire.drop();
  await at(page, "offline").waitFor();
  await at(page, "add-five").click();
  await at(page, "name").fill("Written offline");
  await shows(page, "counter-pending", 1);
  await at(page, "unsaved").waitFor();
  wire.mend();
  await page.context().setOffline(false);
  await shows(page, "count", 5);
  await shows(page, "counter-pending", 0);
  await at(page, "unsaved").waitFor({ state: "hidden" });
  assert.equal(await at(page, "name").inputValue(), "Written offline");
  await close();
});
