// An author with an editor and an open page, served by `liveside dev` from a copy of the sources.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { developDemo } from "./support/daemon.mjs";
import { at, launch, open, shows } from "./support/page.mjs";

let browser, daemon, source, original;
before(async () => {
  // One after the other: where the browser does not start, no daemon is left behind.
  browser = await launch();
  daemon = await developDemo();
  source = join(daemon.sources, "local-counter/src/lib.rs");
  original = readFileSync(source, "utf8");
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

/** The counter's source with another default step. */
function stepOf(step) {
  const edited = original.replace("by.unwrap_or(1)", `by.unwrap_or(${step})`);
  assert.ok(step === 1 || edited !== original, "the source has no default step to edit");
  return edited;
}

/** Saves the source and gives the milliseconds until the page has the new version. */
async function save(page, text) {
  const swapped = page.evaluate(
    () => new Promise((done) => document.addEventListener("liveside:reload", () => done(Date.now()), { once: true })),
  );
  const saved = Date.now();
  writeFileSync(source, text);
  return (await swapped) - saved;
}

test("a saved change is in the open page at once, and the count is kept", async (t) => {
  const { page, noErrors, close } = await open(browser, daemon.url);
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 1);
  const times = [];
  let count = 1;
  for (const step of [10, 100, 7, 20, 1]) {
    times.push(await save(page, stepOf(step)));
    await shows(page, "counter-count", count);
    await at(page, "counter-increment").click();
    count += step;
    await shows(page, "counter-count", count);
  }
  t.diagnostic(`from saving to the swapped component: ${times.join(", ")} ms`);
  assert.ok(Math.max(...times) < 10_000);
  noErrors();
  await close();
});

test("an error in the source shows in the page, and the old version goes on", async () => {
  const { page, close } = await open(browser, daemon.url);
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 1);
  writeFileSync(source, `${original}\nconst BROKEN: u32 = "text";\n`);
  const overlay = at(page, "overlay");
  await overlay.waitFor({ state: "attached" });
  const text = await page.waitForFunction(
    () => document.querySelector('[data-testid="overlay"]')?.shadowRoot?.querySelector('[data-testid="overlay-text"]')?.textContent,
  );
  const shown = await text.jsonValue();
  assert.match(shown, /mismatched types/);
  assert.match(shown, /local-counter\/src\/lib\.rs/);
  assert.doesNotMatch(shown, /\u001b\[/);
  // Through the overlay, as the page's own script would.
  await at(page, "counter-increment").evaluate((button) => button.click());
  await shows(page, "counter-count", 2);
  writeFileSync(source, original);
  await overlay.waitFor({ state: "detached" });
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 3);
  await close();
});
