// A developer, and an operator, who look into the daemon while somebody uses the demo page.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { developModules, serveDemo } from "./support/daemon.mjs";
import { at, launch, open as openPage, shows } from "./support/page.mjs";

const KEY = "a-key-of-the-operators";

let browser, development, production;
before(async () => {
  // One after the other: where the browser does not start, no daemon is left behind.
  browser = await launch();
  development = await developModules();
  production = await serveDemo(undefined, `api-key = "${KEY}"\n`);
});
after(async () => {
  await browser?.close();
  await development?.stop();
  await production?.stop();
});

/** What a test leaves behind, also one that has failed. */
const leftovers = [];
afterEach(async () => {
  for (const end of leftovers.splice(0).reverse()) await end();
});

async function open(url, options) {
  const opened = await openPage(browser, url, options);
  leftovers.push(opened.close);
  return opened;
}

/** The demo page of a visitor, whose counter has counted; `connection` is its id. */
async function visit(daemon, clicks = 1) {
  const visitor = await open(daemon.url);
  const [established] = visitor.frames.map((frame) => JSON.parse(frame)).filter(({ type }) => type === "CONNECTION_ESTABLISHED");
  visitor.connection = established.connectionId;
  for (let count = 1; count <= clicks; count++) {
    await at(visitor.page, "counter-increment").click();
    await shows(visitor.page, "counter-count", count);
  }
  return visitor;
}

const inspect = (daemon, hash = "") => open(`${daemon.url}/live/inspector${hash}`);

const row = (page, text) => at(page, "row").filter({ hasText: text });
/** What a visitor has mounted. What those of earlier tests had is there for a while. */
const mounted = (page, visitor, component) =>
  page.locator(`tr:has([title="${visitor.connection}"]) [data-testid=row]`).filter({ hasText: component });
const panel = (page) => at(page, "panel");
const event = (page, text) => at(page, "events").locator("li.event", { hasText: text });
/** Waits until a key of the state that is open shows this. */
const has = (page, key, text) =>
  panel(page).locator(`[aria-label="State"] > [data-key="${key}"]`, { hasText: text }).first().waitFor();

async function openCounter(page, visitor) {
  await mounted(page, visitor, "LiveLocalCounter").click();
  await panel(page).getByRole("heading", { name: "LiveLocalCounter" }).waitFor();
}

test("what a page has mounted is in the tables, and what happens to it is seen as it happens", async () => {
  const visitor = await visit(development);
  const { page, noErrors } = await inspect(development);
  await openCounter(page, visitor);
  await has(page, "count", "1");
  await event(page, "increment").first().waitFor();
  await at(visitor.page, "counter-by-five").click();
  await has(page, "count", "6");
  const newest = event(page, "increment").first();
  await newest.locator(".gist", { hasText: "count 6" }).waitFor();
  await newest.locator(".event-line").click();
  const details = await newest.locator(".details").innerText();
  assert.match(details, /Payload\s+by\s+5/);
  assert.match(details, /Delta/);
  assert.match(details, /Result/);

  await at(page, "to-connections").click();
  await row(page, "").first().click();
  // The link of a connection leads to what it has mounted.
  await page.waitForURL(/#\/instances\?filter=/);
  await at(page, "to-modules").click();
  await row(page, "LiveLocalCounter").waitFor();
  noErrors();
  visitor.noErrors();
});

test("the filter leaves what fits it, and the keyboard alone is enough", async () => {
  const visitor = await visit(development);
  const { page, noErrors } = await inspect(development);
  await mounted(page, visitor, "LiveForm").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(`localcounter ${visitor.connection}`);
  await row(page, "LiveForm").first().waitFor({ state: "detached" });
  assert.equal(await at(page, "row").count(), 1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await panel(page).getByRole("heading", { name: "LiveLocalCounter" }).waitFor();
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /LiveLocalCounter/);
  noErrors();
});

test("an action is called, the state is edited, and the page of the visitor follows", async () => {
  const visitor = await visit(development);
  const { page, noErrors } = await inspect(development);
  await openCounter(page, visitor);
  await at(page, "call-action").selectOption("increment");
  await at(page, "call-payload").fill("{by: 3}");
  await at(page, "call").and(page.locator(":disabled")).waitFor();
  await at(page, "call-payload").fill('{"by": 3}');
  await at(page, "call").click();
  await at(page, "call-outcome").getByText("increment is done").waitFor();
  await shows(visitor.page, "counter-count", 4);

  await at(page, "call-action").selectOption("increment");
  await at(page, "call-payload").fill('{"by": "three"}');
  await at(page, "call").click();
  await at(page, "call-outcome").locator(".bad").waitFor();

  await panel(page).locator('[data-key="count"]').hover();
  await panel(page).getByRole("button", { name: "Edit count" }).click();
  await at(page, "edit-text").fill("40");
  await page.keyboard.press("Control+Enter");
  await shows(visitor.page, "counter-count", 40);
  await at(page, "edit-text").waitFor({ state: "detached" });
  await at(visitor.page, "counter-increment").click();
  await shows(visitor.page, "counter-count", 41);
  await has(page, "count", "41");
  noErrors();
  visitor.noErrors();
});

test("one goes back in time and forward again, and the visitor's page goes along", async () => {
  const visitor = await visit(development, 3);
  const { page, noErrors } = await inspect(development);
  await openCounter(page, visitor);
  await has(page, "count", "3");
  await at(page, "step-back").click();
  await shows(visitor.page, "counter-count", 2);
  await has(page, "count", "2");
  await event(page, "count 1").getByRole("button", { name: "Back to here" }).click();
  await shows(visitor.page, "counter-count", 1);
  await event(page, "count 3").and(page.locator(".undone")).waitFor();
  await at(page, "newest").click();
  await shows(visitor.page, "counter-count", 3);
  await event(page, "count 3").and(page.locator("[data-kind=action]:not(.undone)")).waitFor();
  await at(page, "travel").focus();
  await page.keyboard.press("ArrowLeft");
  await shows(visitor.page, "counter-count", 2);
  // What happens now begins with the state of then.
  await at(visitor.page, "counter-by-five").click();
  await shows(visitor.page, "counter-count", 7);
  await event(page, "count 7").waitFor();
  await page.waitForFunction(() => document.querySelector('[data-testid="newest"]').disabled);
  noErrors();
  visitor.noErrors();
});

test("private data is shown when one asks for it", async () => {
  const visitor = await visit(development);
  await at(visitor.page, "vault-token").fill("open sesame");
  await at(visitor.page, "vault-unlock").click();
  const { page, frames, noErrors } = await inspect(development);
  await mounted(page, visitor, "LiveVault").click();
  await has(page, "unlocked", "true");
  assert.ok(!frames.some((frame) => frame.includes('"private":{')));
  await at(page, "reveal").click();
  await panel(page).locator('[aria-label="Private data"] .value', { hasText: "open sesame" }).waitFor();
  await at(page, "reveal").click();
  await panel(page).locator('[aria-label="Private data"] .value').waitFor({ state: "detached" });
  noErrors();
});

/** The same module with a name in it that nobody reads. */
const otherBytes = (wasm) => Buffer.concat([wasm, Buffer.from([0, 5, 4, ...Buffer.from("test")])]);

test("a swap is on the timeline, and so is one that was refused", async () => {
  const visitor = await visit(development);
  const { page, errors } = await inspect(development, "#/swaps");
  const swap = (text) => at(page, "swaps").locator("li.swap", { hasText: text });
  await swap("local-counter.wasm").first().waitFor();
  const before = await swap("local-counter.wasm").count();
  development.swap("local-counter.wasm", otherBytes);
  await swap(/instances? went on/).waitFor();
  assert.equal(await swap("local-counter.wasm").count(), before + 1);
  await shows(visitor.page, "counter-count", 1);

  development.swap("migration.wasm", () => Buffer.from("no module"));
  await swap("refused").locator(".problem").waitFor();
  assert.match(await swap("refused").innerText(), /migration\.wasm/);
  // As every page in development, it says so by itself as well.
  await at(page, "overlay").waitFor({ state: "attached" });
  assert.equal(errors.filter((error) => !error.includes("migration.wasm")).length, 0);
});

test("a room is followed, with its members and its events", async () => {
  const [first, second] = [await open(development.url), await open(development.url)];
  const { page, noErrors } = await inspect(development, "#/rooms");
  await row(page, "counter:global").click();
  await has(page, "online", "2");
  assert.equal(await at(page, "members").locator("li").count(), 2);
  const before = Number((await at(first.page, "shared-count").textContent()).trim());
  await at(first.page, "shared-increment").click();
  await has(page, "count", String(before + 1));
  await event(page, "room:state")
    .first()
    .locator(".gist", { hasText: `count ${before + 1}` })
    .waitFor();
  await at(page, "pause").click();
  const shown = await event(page, "room:").count();
  await at(second.page, "shared-increment").click();
  await has(page, "count", String(before + 2));
  await at(page, "pause").getByText(/new/).waitFor();
  assert.equal(await event(page, "room:").count(), shown);
  await at(page, "pause").click();
  await event(page, `count ${before + 2}`)
    .first()
    .waitFor();
  await second.close();
  await event(page, "room:leave").first().waitFor();
  noErrors();
});

test("the tail has every event, or those of one component", async () => {
  const visitor = await visit(development);
  const { page, noErrors } = await inspect(development, "#/tail");
  await event(page, "LiveClock").first().waitFor();
  await at(page, "tail-component").selectOption("LiveLocalCounter");
  await at(visitor.page, "counter-increment").click();
  await event(page, "LiveLocalCounter").first().waitFor();
  assert.equal(await event(page, "LiveClock").count(), 0);
  noErrors();
});

test("after a lost connection everything is as it was", async () => {
  const visitor = await visit(development);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  leftovers.push(() => context.close());
  const page = await context.newPage();
  const sockets = [];
  // The second connection waits until what is shown without one was seen: it would be there in an instant.
  let lostWasSeen;
  const seen = new Promise((resolve) => (lostWasSeen = resolve));
  await page.routeWebSocket(/\/api\/live\/ws/, async (socket) => {
    if (sockets.length > 0) await seen;
    socket.connectToServer();
    sockets.push(socket);
  });
  await page.goto(`${development.url}/live/inspector`);
  await openCounter(page, visitor);
  await has(page, "count", "1");
  await sockets[0].close({ code: 4001 });
  await page.waitForSelector('[data-testid="connection-status"][data-status="lost"]');
  await at(page, "notice")
    .getByText(/^Connection lost/)
    .waitFor();
  await has(page, "count", "1");
  await at(visitor.page, "counter-increment").click();
  lostWasSeen();
  await page.waitForSelector('[data-testid="connection-status"][data-status="open"]');
  assert.equal(sockets.length, 2);
  await has(page, "count", "2");
  await event(page, "count 2").waitFor();
  await event(page, "count 1").waitFor();
});

test("in production the key opens it; private data, edits and going back there are none", async () => {
  const visitor = await visit(production);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  leftovers.push(() => context.close());
  const page = await context.newPage();
  const frames = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
  await page.goto(`${production.url}/live/inspector`);
  await at(page, "key").fill("a guess");
  await at(page, "key-send").click();
  await at(page, "key-problem").getByText("That key was refused.").waitFor();
  assert.ok(!frames.some((frame) => frame.includes("LiveLocalCounter")));
  await at(page, "key").fill(KEY);
  await page.keyboard.press("Enter");
  await openCounter(page, visitor);
  await has(page, "count", "1");
  for (const id of ["reveal", "travel", "edit-text"]) assert.equal(await at(page, id).count(), 0, id);
  assert.equal(
    await panel(page)
      .getByRole("button", { name: /^Edit|Back to here/ })
      .count(),
    0,
  );
  await at(visitor.page, "counter-increment").click();
  await event(page, "count 2").waitFor();
  await at(page, "call-action").selectOption("increment");
  await at(page, "call").click();
  await shows(visitor.page, "counter-count", 3);
  assert.ok(!page.url().includes(KEY));
  assert.ok(!frames.some((frame) => frame.includes(KEY)));

  // What the page does not offer, the daemon does not do either.
  const refusals = await page.evaluate(async (key) => {
    const { live } = await import("/live/client.js");
    const inspector = live({ storage: false }).use("$inspector", { props: { key } });
    await new Promise((done) => inspector.subscribe("$connected", (on) => on && done()));
    const [{ id }] = inspector.state.instances.rows.filter(({ component }) => component === "LiveLocalCounter");
    const refused = (action, payload) =>
      inspector.call(action, payload).then(
        () => "done",
        ({ message }) => message,
      );
    const answers = [
      await refused("reveal", { private: true }),
      await refused("edit", { instance: id, changes: { count: 9 } }),
      await refused("travel", { instance: id, seq: 1 }),
    ];
    inspector.unmount();
    return answers;
  }, KEY);
  for (const refusal of refusals) assert.match(refusal, /development/);

  // It was not to be kept.
  await page.reload();
  await at(page, "key").fill(KEY);
  await page.getByRole("checkbox").check();
  await at(page, "key-send").click();
  await mounted(page, visitor, "LiveLocalCounter").waitFor();
  await page.reload();
  await mounted(page, visitor, "LiveLocalCounter").waitFor();
});
