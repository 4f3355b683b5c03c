// A visitor of the demo page, served by `liveside serve`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { root, serveDemo } from "./support/daemon.mjs";
import { at, launch, open, shows } from "./support/page.mjs";

let browser, daemon;
before(async () => {
  // One after the other: where the browser does not start, no daemon is left behind.
  browser = await launch();
  daemon = await serveDemo();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

test("the counter counts, and the wire list shows what was said", async () => {
  const { page, noErrors, close } = await open(browser, daemon.url);
  await shows(page, "counter-count", 0);
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 1);
  await at(page, "counter-by-five").click();
  await shows(page, "counter-count", 6);
  await at(page, "counter-decrement").click();
  await shows(page, "counter-count", 5);
  await shows(page, "counter-clicks", 3);
  await at(page, "counter-reset").click();
  await shows(page, "counter-count", 0);
  await page.waitForSelector('[data-testid="wire-list"] li[data-type="STATE_DELTA"]');
  await page.waitForSelector('[data-testid="wire-list"] li[data-type="CALL_ACTION"]');
  noErrors();
  await close();
});

test("everything can be reached and pressed by keyboard", async () => {
  const { page, close } = await open(browser, daemon.url);
  await shows(page, "counter-count", 0);
  await at(page, "counter-increment").focus();
  await page.keyboard.press("Enter");
  await shows(page, "counter-count", 1);
  assert.ok((await page.locator("[aria-live], [role=status], [role=alert]").count()) > 0);
  await close();
});

test("each tab has a counter of its own", async () => {
  const [one, two] = await Promise.all([open(browser, daemon.url), open(browser, daemon.url)]);
  await shows(two.page, "counter-count", 0);
  await at(one.page, "counter-increment").click();
  await shows(one.page, "counter-count", 1);
  await at(two.page, "counter-by-five").click();
  await shows(two.page, "counter-count", 5);
  await shows(one.page, "counter-count", 1);
  await Promise.all([one.close(), two.close()]);
});

test("a form that is wrong is refused with a sentence, and one that is right is taken", async () => {
  const { page, close } = await open(browser, daemon.url);
  await at(page, "form-email").fill("nonsense");
  await at(page, "form-submit").click();
  await page.waitForFunction(() => document.querySelector('[data-testid="form-error"]')?.textContent.trim().length > 5);
  await at(page, "form-name").fill("Ada Lovelace");
  await at(page, "form-email").fill("ada@example.org");
  await at(page, "form-message").fill("The engine weaves patterns.");
  await at(page, "form-submit").click();
  await at(page, "form-submitted").waitFor({ state: "visible" });
  await close();
});

test("what is persistent is shared between tabs", async () => {
  const [one, two] = await Promise.all([open(browser, daemon.url), open(browser, daemon.url)]);
  const key = `key-${Date.now()}`;
  for (const [tab, cached] of [[one, false], [two, true]]) {
    await at(tab.page, "migration-key").fill(key);
    await at(tab.page, "migration-run").click();
    await tab.page.waitForFunction((key) => document.querySelector('[data-testid="migration-result"]').textContent.includes(key), key);
    // The state comes before the reply; the tag shows the reply.
    await at(tab.page, "migration-cached").waitFor({ state: "visible" });
    const replies = () => tab.frames.flatMap((frame) => JSON.parse(frame)).filter((message) => message.result?.cached !== undefined);
    assert.equal(replies().at(-1).result.cached, cached);
  }
  await Promise.all([one.close(), two.close()]);
});

test("the vault tells the length of the token and never the token", async () => {
  const { page, frames, close } = await open(browser, daemon.url);
  await at(page, "vault-token").fill("opensesame-42");
  await at(page, "vault-unlock").click();
  await at(page, "vault-reveal").click();
  await page.waitForFunction(() => document.querySelector('[data-testid="vault-length"]').textContent.includes("13"));
  assert.ok(frames.length > 0);
  assert.ok(!frames.some((frame) => frame.includes("opensesame-42")));
  await close();
});

test("the counters of all languages count together", async () => {
  const [one, two] = await Promise.all([open(browser, daemon.url), open(browser, daemon.url)]);
  const counts = '#languages [data-testid^="count-"]';
  await one.page.waitForFunction((selector) => document.querySelectorAll(selector).length > 1, counts);
  const buttons = one.page.locator('#languages [data-testid^="increment-"]');
  const languages = await buttons.count();
  // Zig and Go are there where somebody has them installed.
  assert.ok(languages >= 6, `${languages} languages`);
  for (let at = 0; at < languages; at += 1) await buttons.nth(at).click();
  for (const { page } of [one, two]) {
    const all = ([selector, count]) => {
      const shown = Array.from(document.querySelectorAll(selector), (output) => output.textContent);
      return shown.length > 1 && shown.every((text) => text === String(count));
    };
    await page.waitForFunction(all, [counts, languages]);
  }
  one.noErrors();
  await Promise.all([one.close(), two.close()]);
});

test("after a restart of the daemon the page comes back by itself", async () => {
  const own = await serveDemo();
  const { page, close } = await open(browser, own.url);
  assert.equal(await own.stop(), 0);
  await page.waitForSelector('[data-testid="connection-status"]:not([data-status="open"])');
  const again = await serveDemo(own.address);
  await page.waitForSelector('[data-testid="connection-status"][data-status="open"]');
  await shows(page, "counter-count", 0);
  await at(page, "counter-increment").click();
  await shows(page, "counter-count", 1);
  await close();
  await again.stop();
});

test("a picture of the page for the readme, light and dark", { skip: !process.env.SCREENSHOTS }, async () => {
  mkdirSync(join(root, "docs/images"), { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    const { page, close } = await open(browser, daemon.url, { colorScheme });
    await at(page, "form-name").fill("Ada Lovelace");
    await at(page, "form-email").fill("ada@example.org");
    await at(page, "migration-key").fill("orders-2026");
    await at(page, "migration-run").click();
    await at(page, "vault-token").fill("opensesame");
    await at(page, "vault-unlock").click();
    await at(page, "vault-reveal").click();
    for (let clicks = 0; clicks < 8; clicks += 1) await at(page, "counter-by-five").click();
    await at(page, "counter-increment").click();
    await at(page, "counter-increment").click();
    await shows(page, "counter-count", 42);
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement.blur());
    await page.screenshot({ path: join(root, `docs/images/demo-${colorScheme}.png`) });
    // One click in each language; the number is everybody's.
    const buttons = page.locator('#languages [data-testid^="increment-"]');
    const languages = await buttons.count();
    for (let each = 0; each < languages; each += 1) await buttons.nth(each).click();
    const total = page.locator('#languages [data-testid^="count-"]').last();
    await page.waitForFunction(
      (selector) => new Set(Array.from(document.querySelectorAll(selector), (output) => output.textContent)).size === 1,
      '#languages [data-testid^="count-"]',
    );
    assert.notEqual(await total.textContent(), "0");
    await page.mouse.move(0, 0);
    await page.locator("#languages").screenshot({ path: join(root, `docs/images/languages-${colorScheme}.png`) });
    await close();
  }
});
