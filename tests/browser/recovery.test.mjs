// What a visitor has done is still there after a reload of the page, a network that was gone, a restart of the daemon.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serveDemo } from "./support/daemon.mjs";
import { at, launch, open as openPage, shows } from "./support/page.mjs";
import { startWire } from "./support/wire.mjs";

let browser, daemon;
before(async () => {
  [browser, daemon] = await Promise.all([launch(), serveDemo()]);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

/** What a test leaves behind, also one that has failed. */
const leftovers = [];
afterEach(async () => {
  for (const close of leftovers.splice(0).reverse()) await close();
});

/** A visitor with a browser profile of its own. */
async function visit(url = daemon.url, options) {
  const visitor = await openPage(browser, url, options);
  leftovers.push(visitor.close);
  return visitor;
}

/** Another tab of the same visitor. */
async function anotherTab({ page }) {
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await isOpen(tab);
  return tab;
}

const isOpen = (page) => page.waitForSelector('[data-testid="connection-status"][data-status="open"]');
const isLost = (page) => page.waitForSelector('[data-testid="connection-status"]:not([data-status="open"])');
const holds = (page, id, value) =>
  page.waitForFunction(([id, value]) => document.querySelector(`[data-testid="${id}"]`)?.value === value, [id, value]);

async function countToSix(page) {
  await at(page, "counter-by-five").click();
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 6);
}

/** Neither the counter nor the form says that something went wrong. Other cards may: some want to be signed in. */
async function noErrorShows(page) {
  for (const id of ["counter-error", "form-error"]) assert.equal(await at(page, id).isVisible(), false, await at(page, id).textContent());
}

/** The replies to what the page asked to have back. */
function rehydrations({ frames }) {
  return frames.flatMap((frame) => JSON.parse(frame)).filter(({ type }) => type === "COMPONENT_REHYDRATED");
}

const KEY = "LiveLocalCounter";
/** What the browser keeps of the counter. */
const kept = (page) => page.evaluate((name) => Object.entries(localStorage).find(([key]) => key.includes(name))?.[1], KEY);

/** Does something to the counter, and waits until its new state is kept. */
async function andIsKept(page, change) {
  const before = await kept(page);
  await change();
  await page.waitForFunction(
    ([name, before]) => Object.entries(localStorage).some(([key, entry]) => key.includes(name) && entry !== before),
    [KEY, before],
  );
}

/** The whole storage of a page, for another browser profile. */
async function storageOf(page) {
  const localStorage = await page.evaluate(() => Object.entries(window.localStorage).map(([name, value]) => ({ name, value })));
  return { cookies: [], origins: [{ origin: new URL(page.url()).origin, localStorage }] };
}

test("a reload keeps the counter, and shows no other count on the way", async () => {
  const visitor = await visit();
  const { page } = visitor;
  await countToSix(page);
  await page.addInitScript(() => {
    window.counts = [];
    new MutationObserver(() => {
      const count = document.querySelector('[data-testid="counter-count"]')?.textContent;
      if (count && count !== window.counts.at(-1)) window.counts.push(count);
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await page.reload();
  await shows(page, "counter-count", 6);
  await shows(page, "counter-clicks", 2);
  // "·" is what the page has in its HTML.
  assert.deepEqual((await page.evaluate(() => window.counts)).filter((count) => count !== "·"), ["6"]);
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 7);
  await page.reload();
  await shows(page, "counter-count", 7);
  assert.ok(rehydrations(visitor).length > 0 && rehydrations(visitor).every(({ success }) => success));
  await noErrorShows(page);
  visitor.noErrors();
});

test("two tabs each keep their own count when both are reloaded", async () => {
  const visitor = await visit();
  const one = visitor.page;
  const two = await anotherTab(visitor);
  await shows(two, "counter-count", 0);
  await at(one, "counter-increment").click();
  await shows(one, "counter-count", 1);
  await at(two, "counter-by-five").click();
  await shows(two, "counter-count", 5);
  for (let times = 0; times < 3; times += 1) {
    await Promise.all([two.reload(), one.reload()]);
    await Promise.all([shows(one, "counter-count", 1), shows(two, "counter-count", 5)]);
  }
  // A tab that comes later has a count of its own.
  const three = await anotherTab(visitor);
  await shows(three, "counter-count", 0);
  for (const tab of [one, two, three]) await noErrorShows(tab);
  visitor.noErrors();
});

test("after the network was gone the counter and the half-filled form are as they were", async () => {
  const wire = await startWire(daemon.address);
  leftovers.push(() => wire.stop());
  const visitor = await visit(wire.url);
  const { page } = visitor;
  await countToSix(page);
  await at(page, "form-name").fill("Ada Lovelace");
  // Leaving a field asks what is wrong with the form: the answer is the last of what was under way.
  const answered = page.waitForFunction(() => document.querySelector('[data-testid="form-email-error"]')?.textContent.length > 5);
  await at(page, "form-email").fill("ada@");
  await at(page, "form-message").focus();
  await answered;

  wire.cut();
  await at(page, "form-message").pressSequentially("The engine weaves");
  // The page believes in its connection, until the browser says that something has changed and nobody answers.
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await isLost(page);
  await shows(page, "counter-count", 6);
  await at(page, "form-message").pressSequentially(" patterns");
  wire.mend();
  await isOpen(page);

  await page.waitForFunction(() => !document.querySelector("#counter").classList.contains("offline"));
  await shows(page, "counter-count", 6);
  await holds(page, "form-name", "Ada Lovelace");
  await holds(page, "form-email", "ada@");
  await holds(page, "form-message", "The engine weaves patterns");
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 7);
  // The module has it all as well, not only the page: it takes the form once the address is whole.
  await at(page, "form-email").fill("ada@example.org");
  await at(page, "form-submit").click();
  await at(page, "form-submitted").waitFor({ state: "visible" });
  await noErrorShows(page);
});

test("after a restart of the daemon, with its data, the counter and the form are as they were", async () => {
  const config = `data-dir = "${mkdtempSync(join(tmpdir(), "liveside-data-"))}"\n`;
  let own = await serveDemo(undefined, config);
  leftovers.push(() => own.stop());
  const visitor = await visit(own.url);
  const { page } = visitor;
  await countToSix(page);
  await at(page, "form-name").fill("Ada Lovelace");
  // Sent when the field is left, and answered.
  await at(page, "form-message").focus();
  await page.waitForFunction(() => document.querySelector('[data-testid="form-name"]').getAttribute("aria-invalid") === "false");
  assert.equal(await own.stop(), 0);
  await isLost(page);
  // What is typed in between is sent to the next one.
  await at(page, "form-message").pressSequentially("The engine weaves patterns");
  own = await serveDemo(own.address, config);
  await isOpen(page);
  await page.waitForFunction(() => !document.querySelector("#counter").classList.contains("offline"));
  await shows(page, "counter-count", 6);
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 7);
  await holds(page, "form-name", "Ada Lovelace");
  await holds(page, "form-message", "The engine weaves patterns");
  assert.ok(rehydrations(visitor).some(({ success, result }) => success && !result.recovered));
  await noErrorShows(page);
});

test("a copy of the stored state that was used up is refused, and its page begins anew without an error", async () => {
  const original = await visit();
  await andIsKept(original.page, () => countToSix(original.page));
  const storageState = await storageOf(original.page);
  const entry = await kept(original.page);
  const id = JSON.parse(entry.slice(entry.indexOf(" "))).componentId;
  await original.page.reload();
  await shows(original.page, "counter-count", 6);

  const copy = await visit(daemon.url, { storageState });
  await shows(copy.page, "counter-count", 0);
  const refusals = rehydrations(copy).filter(({ componentId }) => componentId === id);
  assert.deepEqual(refusals.map(({ success, code }) => [success, code]), [[false, "REPLAYED"]]);
  await at(copy.page, "counter-increment").click();
  await shows(copy.page, "counter-count", 1);
  await noErrorShows(copy.page);
  copy.noErrors();
  // Who has it lives on with it.
  await at(original.page, "counter-increment").click();
  await shows(original.page, "counter-count", 7);
  await noErrorShows(original.page);
});

test("a copy that was not used up takes the component over, and the page that had it begins anew without an error", async () => {
  const original = await visit();
  await andIsKept(original.page, () => countToSix(original.page));
  const copy = await visit(daemon.url, { storageState: await storageOf(original.page) });
  await shows(copy.page, "counter-count", 6);
  await shows(original.page, "counter-count", 0);
  await at(copy.page, "counter-increment").click();
  await at(original.page, "counter-by-five").click();
  await shows(copy.page, "counter-count", 7);
  await shows(original.page, "counter-count", 5);
  for (const { page, noErrors } of [original, copy]) {
    await noErrorShows(page);
    noErrors();
  }
});
