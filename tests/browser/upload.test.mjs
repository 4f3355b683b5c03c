// Files that are chosen and dropped on the demo page, and what becomes of them.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serveDemo } from "./support/daemon.mjs";
import { at, launch, open, shows } from "./support/page.mjs";
import { startWire } from "./support/wire.mjs";

/** Each way, in pixels. */
const SIDE = 256;

let browser, daemon, data, picture;
before(async () => {
  data = mkdtempSync(join(tmpdir(), "liveside-data-"));
  // One after the other: where the browser does not start, no daemon is left behind.
  browser = await launch();
  daemon = await serveDemo(undefined, `data-dir = "${data}"\n`);
  picture = { name: "noise.png", mimeType: "image/png", buffer: await drawNoise() };
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
  rmSync(data, { recursive: true, force: true });
});

/** What a test leaves behind, also one that has failed. */
const leftovers = [];
afterEach(async () => {
  for (const end of leftovers.splice(0).reverse()) await end();
});

/** A picture that cannot be made smaller, so that it takes several chunks. */
async function drawNoise() {
  const page = await browser.newPage();
  const base64 = await page.evaluate((side) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    let seed = 1;
    for (let at = 0; at < image.data.length; at += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      image.data[at] = at % 4 === 3 ? 255 : seed >>> 24;
    }
    context.putImageData(image, 0, 0);
    return canvas.toDataURL("image/png").split(",")[1];
  }, SIDE);
  await page.close();
  const bytes = Buffer.from(base64, "base64");
  assert.ok(bytes.length > 2 * 65_536, `${bytes.length} bytes are few`);
  return bytes;
}

async function visit(url = daemon.url) {
  const visitor = await open(browser, url);
  leftovers.push(visitor.close);
  await visitor.page.waitForFunction(() => !document.querySelector("#upload").classList.contains("offline"));
  return visitor;
}

const choose = ({ page }, file) => at(page, "upload-input").setInputFiles(file);

/** Holds a file over the box, for as long as `meanwhile` takes, and drops it. */
async function drop({ page }, { name, mimeType, buffer }, meanwhile = () => {}) {
  const dataTransfer = await page.evaluateHandle(
    ({ name, type, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    { name, type: mimeType, base64: buffer.toString("base64") },
  );
  const box = at(page, "upload-zone");
  for (const type of ["dragenter", "dragover"]) await box.dispatchEvent(type, { dataTransfer });
  await meanwhile();
  await box.dispatchEvent("drop", { dataTransfer });
}

/**
 * A line that is slow: so many chunks go out, those behind them wait. What this gives ends it, and sends what has waited or
 * throws it away.
 */
async function slowLine({ page }, chunks) {
  await page.evaluate((chunks) => {
    const { send } = WebSocket.prototype;
    const waiting = [];
    let left = chunks;
    WebSocket.prototype.send = function (data) {
      // All else that goes as bytes has a socket of its own, with a subprotocol.
      const isChunk = typeof data !== "string" && !this.protocol;
      if (!isChunk || left-- > 0) send.call(this, data);
      else waiting.push(() => send.call(this, data));
    };
    window.endSlowLine = (sendThem) => {
      WebSocket.prototype.send = send;
      if (sendThem) for (const go of waiting) go();
    };
  }, chunks);
  const end = (sendThem) => page.evaluate((sendThem) => window.endSlowLine(sendThem), sendThem);
  return { goOn: () => end(true), forget: () => end(false) };
}

/** Waits until some of the file has arrived, and gives the percentage. */
async function isUnderWay({ page }) {
  await at(page, "upload-sending").waitFor({ state: "visible" });
  await page.waitForFunction(() => document.querySelector('[data-testid="upload-progress"]').value > 0);
  const percent = await at(page, "upload-progress").evaluate((bar) => bar.value);
  assert.ok(percent < 100, `${percent} %`);
  await shows(page, "upload-percent", percent);
  return percent;
}

/** Waits until this file is there, with its name, its links and no error, and gives where. */
async function isThere({ page }, { name, mimeType, buffer }) {
  await at(page, "upload-there").waitFor({ state: "visible" });
  await shows(page, "upload-name", name);
  await shows(page, "upload-type", mimeType);
  await shows(page, "upload-status", `${name} is there`);
  assert.equal(await at(page, "upload-sending").isVisible(), false);
  assert.equal(await at(page, "upload-error").isVisible(), false);
  const url = await at(page, "upload-open").getAttribute("href");
  assert.match(url, /^\/uploads\/[^/]+$/);
  assert.equal(await at(page, "upload-download").getAttribute("href"), url);
  assert.equal(await at(page, "upload-download").getAttribute("download"), name);
  const response = await page.request.get(new URL(url, daemon.url).href);
  assert.equal(response.status(), 200);
  assert.ok((await response.body()).equals(buffer), "other bytes than were sent");
  return url;
}

/** Waits until the picture is loaded from where the file is. */
async function isSeen({ page }, url) {
  await at(page, "upload-picture").waitFor({ state: "visible" });
  await page.waitForFunction(() => document.querySelector('[data-testid="upload-picture"]').naturalWidth > 0);
  const seen = await at(page, "upload-picture").evaluate((image) => [new URL(image.src).pathname, image.naturalWidth]);
  assert.deepEqual(seen, [url, SIDE]);
}

/** Waits until the box is as it was at first: a file may be chosen, also the last one once more, and nothing is there. */
async function isEmpty({ page }) {
  await page.locator('#upload [data-view="idle"]').waitFor({ state: "visible" });
  await page.waitForFunction(() => document.querySelector('[data-testid="upload-input"]').value === "");
  for (const view of ["sending", "there"]) assert.equal(await at(page, `upload-${view}`).isVisible(), false);
}

/** Looks on from now: which uploads end without a file, and what the card calls an error, be it for a moment. */
async function lookOn({ page }) {
  await page.evaluate(() => {
    window.seen = { ended: [], errors: [] };
    const error = document.querySelector('[data-testid="upload-error"]');
    new MutationObserver(() => error.textContent && seen.errors.push(error.textContent)).observe(error, { childList: true });
    document.querySelector("#upload").addEventListener("liveside:upload-error", ({ detail }) => seen.ended.push(detail.file.name));
  });
  return {
    ends: (name) => page.waitForFunction((name) => seen.ended.includes(name), name),
    noErrors: async () => assert.deepEqual(await page.evaluate(() => seen.errors), []),
  };
}

/** Waits for an error in words, and gives them. */
async function isRefused(visitor) {
  await at(visitor.page, "upload-error").waitFor({ state: "visible" });
  await isEmpty(visitor);
  assert.ok(!visitor.frames.some((frame) => frame.includes("/uploads/")), "it is served all the same");
  return (await at(visitor.page, "upload-error").textContent()).trim();
}

test("a picture that is chosen shows how far it is, and then itself", async () => {
  const visitor = await visit();
  const line = await slowLine(visitor, 1);
  await choose(visitor, picture);
  await isUnderWay(visitor);
  await shows(visitor.page, "upload-status", `Uploading ${picture.name}`);
  await line.goOn();
  await isSeen(visitor, await isThere(visitor, picture));
  visitor.noErrors();
});

test("a picture that is dropped does so as well", async () => {
  const visitor = await visit();
  const isOver = () => at(visitor.page, "upload-zone").evaluate((box) => box.classList.contains("live-dragover"));
  const line = await slowLine(visitor, 1);
  await drop(visitor, picture, async () => assert.equal(await isOver(), true));
  assert.equal(await isOver(), false);
  await isUnderWay(visitor);
  await line.goOn();
  await isSeen(visitor, await isThere(visitor, picture));
  visitor.noErrors();
});

test("what is dropped while another file is under way takes its place", async () => {
  const visitor = await visit();
  const card = await lookOn(visitor);
  const line = await slowLine(visitor, 1);
  await choose(visitor, picture);
  await isUnderWay(visitor);
  await line.forget();
  const letter = { name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("Dear <b>Ana</b>,\nhow are you?\n") };
  await drop(visitor, letter);
  await isThere(visitor, letter);
  // The other one is not sent to its end, and that is no error.
  await card.ends(picture.name);
  await card.noErrors();
  // The module has read the file: the first line, and nothing more.
  await shows(visitor.page, "upload-preview", "Dear <b>Ana</b>,");
  assert.equal(await at(visitor.page, "upload-picture").isVisible(), false);
  assert.ok(!visitor.frames.some((frame) => frame.includes("how are you")));
  visitor.noErrors();
});

test("by keyboard a file is chosen, and the focus is never lost", async () => {
  const visitor = await visit();
  const { page } = visitor;
  const hasFocus = (id) => page.waitForFunction((id) => document.activeElement.dataset.testid === id, id);
  const press = async (id, key) => {
    await at(page, id).focus();
    await page.keyboard.press(key);
  };
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press("upload-input", "Space")]);
  const line = await slowLine(visitor, 1);
  await chooser.setFiles(picture);
  await isUnderWay(visitor);
  await hasFocus("upload-cancel");
  await line.goOn();
  await isSeen(visitor, await isThere(visitor, picture));
  await hasFocus("upload-open");
  await press("upload-reset", "Enter");
  await isEmpty(visitor);
  await hasFocus("upload-input");
  visitor.noErrors();
});

test("what the component does not want it refuses with its sentence, before the first byte", async () => {
  const visitor = await visit();
  const line = await slowLine(visitor, 0);
  await choose(visitor, { ...picture, name: `${"n".repeat(121)}.png` });
  assert.equal(await isRefused(visitor), "The name of a file has at most 120 characters.");
  await line.forget();
  // A good one takes the sentence away.
  await choose(visitor, picture);
  await isThere(visitor, picture);
  visitor.noErrors();
});

test("a program is refused by the daemon, whatever it is called", async () => {
  const program = Buffer.alloc(4_096);
  program.write("MZ\x90\x00", "latin1");
  for (const name of ["cat.png", "cat.png.exe", "cat.exe.png"]) {
    const visitor = await visit();
    await choose(visitor, { name, mimeType: "image/png", buffer: program });
    const words = await isRefused(visitor);
    assert.ok(words.length > 5, words);
    visitor.noErrors();
  }
});

test("an upload that is cancelled in the middle leaves nothing, and no error", async () => {
  const visitor = await visit();
  const { page } = visitor;
  const card = await lookOn(visitor);
  const line = await slowLine(visitor, 1);
  await choose(visitor, picture);
  await isUnderWay(visitor);
  await at(page, "upload-cancel").click();
  await isEmpty(visitor);
  await shows(page, "upload-status", "Cancelled");
  await card.ends(picture.name);
  await card.noErrors();
  await line.forget();

  // The same file may be chosen once more, and nothing of the first attempt comes between.
  await choose(visitor, picture);
  await isSeen(visitor, await isThere(visitor, picture));
  const states = visitor.frames.flatMap((frame) => JSON.parse(frame)).map((message) => message.payload?.delta?.status);
  assert.deepEqual(states.filter(Boolean), ["uploading", "idle", "uploading", "complete"]);
  visitor.noErrors();
});

test("another file may follow: reset leaves nothing of the one before", async () => {
  const visitor = await visit();
  const { page } = visitor;
  await choose(visitor, picture);
  const first = await isThere(visitor, picture);
  await isSeen(visitor, first);
  await at(page, "upload-reset").click();
  await isEmpty(visitor);
  await choose(visitor, picture);
  const second = await isThere(visitor, picture);
  assert.notEqual(second, first);
  await isSeen(visitor, second);
  visitor.noErrors();
});

test("an upload goes on where it was after the connection was lost", async () => {
  const wire = await startWire(daemon.address);
  leftovers.push(() => wire.stop());
  const visitor = await visit(wire.url);
  const { page } = visitor;
  const status = (not) => page.waitForSelector(`[data-testid="connection-status"]${not ? ":not" : ":is"}([data-status="open"])`);
  const line = await slowLine(visitor, 1);
  await choose(visitor, picture);
  await isUnderWay(visitor);

  wire.cut();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await status("lost");
  // What had not gone out is gone with its connection.
  await line.forget();
  wire.mend();
  await status();
  // The picture itself may be waited for on a connection that died with the others.
  await isThere(visitor, picture);

  const starts = visitor.frames.flatMap((frame) => JSON.parse(frame)).filter(({ type }) => type === "FILE_UPLOAD_START_RESPONSE");
  assert.deepEqual(starts.map(({ bytesUploaded }) => bytesUploaded > 0), [false, true]);
});
