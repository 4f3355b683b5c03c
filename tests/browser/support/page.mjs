// Debian's Chromium, and pages whose every error is seen.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** The browser; close it when the tests are done. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** A page of its own that collects its errors and all text frames that the server sends. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1300 }, ...options });
  const page = await context.newPage();
  const errors = [];
  const frames = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("requestfailed", (request) => errors.push(`${request.url()} failed`));
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => typeof payload === "string" && frames.push(payload)));
  await page.goto(url);
  await page.waitForSelector('[data-testid="connection-status"][data-status="open"]');
  return { page, frames, errors, noErrors: () => assert.deepEqual(errors, []), close: () => context.close() };
}

/** The element with this test id. */
export const at = (page, id) => page.locator(`[data-testid="${id}"]`);

/** Waits until the element shows this text. */
export async function shows(page, id, text) {
  await page.waitForFunction(
    ([id, text]) => document.querySelector(`[data-testid="${id}"]`)?.textContent.trim() === text,
    [id, String(text)],
  );
}
