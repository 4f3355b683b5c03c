// The example apps of clients/examples: built by Vite, and served by the daemon. They show the same in each framework,
// so the stories of their visitors are the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { root, start } from "./daemon.mjs";
import { at, launch, open, shows } from "./page.mjs";
import { startWire } from "./wire.mjs";

const clients = join(root, "clients");

/** Builds an app, and gives the folder of its files. */
export function build(name) {
  const npm = (...args) => execFileSync("npm", args, { cwd: clients, stdio: ["ignore", "ignore", "inherit"] });
  if (!existsSync(join(clients, "node_modules"))) npm("ci", "--ignore-scripts", "--no-audit", "--no-fund");
  for (const part of ["client", name, `example-${name}`]) npm("run", "build", `--workspace=@liveside/${part}`);
  return join(clients, `examples/${name}-vite/dist`);
}

/** The modules that the examples use: to make ready what nobody asks for takes a while. */
const MODULES = ["counter", "form", "room-chat", "upload"];

/** A daemon with the components of the examples. */
export function serve(...args) {
  const data = mkdtempSync(join(tmpdir(), "liveside-data-"));
  const components = mkdtempSync(join(tmpdir(), "liveside-components-"));
  const built = process.env.LIVESIDE_COMPONENTS ?? join(root, "target/components");
  for (const name of MODULES) copyFileSync(join(built, `${name}.wasm`), join(components, `${name}.wasm`));
  return start(["serve", "--components", components, "--data-dir", data, ...args], undefined, [data, components]);
}

/** What visitors of the app see and do. */
export function stories(name) {
  let browser, daemon, wire;
  before(async () => {
    const files = build(name);
    // One after the other: where the browser does not start, no daemon is left behind.
    browser = await launch();
    daemon = await serve("--static", files);
    wire = await startWire(daemon.address);
  });
  after(async () => {
    await browser?.close();
    await wire?.stop();
    await daemon?.stop();
  });

  const visit = async (url = daemon.url) => {
    const visitor = await open(browser, url);
    await at(visitor.page, "submit").waitFor();
    return visitor;
  };
  const add = (visitor) => at(visitor.page, "add").click();

  test("two pages count together", async () => {
    const [one, two] = [await visit(), await visit()];
    await at(one.page, "reset").click();
    for (const { page } of [one, two]) {
      await shows(page, "count", 0);
      await shows(page, "users", 2);
    }
    await add(one);
    await at(two.page, "add-five").click();
    for (const { page } of [one, two]) await shows(page, "count", 6);
    one.noErrors();
    two.noErrors();
    // One mount for each component, whatever the framework tries twice.
    const mounted = one.frames.flatMap((frame) => JSON.parse(frame)).filter(({ type }) => type === "COMPONENT_MOUNTED");
    assert.equal(mounted.length, 4);
    await Promise.all([one.close(), two.close()]);
  });

  test("what is typed into a field is on the server, and a wrong form is refused with a sentence", async () => {
    const visitor = await visit();
    const { page } = visitor;
    await at(page, "name").fill("Ada");
    await shows(page, "form-pending", "saved");
    await at(page, "email").fill("ada@example");
    await shows(page, "form-pending", "not saved yet");
    await at(page, "name").focus();
    await shows(page, "form-pending", "saved");
    await at(page, "submit").click();
    await page.waitForFunction(() => document.querySelector('[data-testid="form-error"]')?.textContent.includes("ada@example"));
    assert.deepEqual([await at(page, "name").inputValue(), await at(page, "email").inputValue()], ["Ada", "ada@example"]);
    await page.reload();
    await page.waitForFunction(() => document.querySelector('[data-testid="name"]')?.value === "Ada");
    await at(page, "email").fill("ada@example.org");
    await at(page, "submit").click();
    await at(page, "submitted").waitFor();
    visitor.noErrors();
    await visitor.close();
  });

  test("what is refused is taken back", async () => {
    const visitor = await visit();
    const { page } = visitor;
    const count = await at(page, "count").textContent();
    await at(page, "cheat").click();
    await at(page, "counter-error").waitFor();
    await shows(page, "count", count);
    await shows(page, "counter-pending", 0);
    visitor.noErrors();
    await visitor.close();
  });

  test("without a connection what is done is shown as pending, and sent once there is one", async () => {
    const other = await visit();
    await at(other.page, "reset").click();
    await shows(other.page, "count", 0);
    const visitor = await visit(wire.url);
    const { page } = visitor;
    const context = page.context();
    await shows(page, "count", 0);
    await context.setOffline(true);
    // Browsers leave open sockets alone; a network that is gone does not.
    await wire.drop();
    await page.waitForSelector('[data-testid="connection-status"]:not([data-status="open"])');
    await add(visitor);
    await at(page, "add-five").click();
    await shows(page, "counter-pending", 2);
    await at(page, "name").fill("Written offline");
    await shows(page, "form-pending", "not saved yet");
    await shows(other.page, "count", 0);
    await wire.mend();
    await context.setOffline(false);
    await page.waitForSelector('[data-testid="connection-status"][data-status="open"]');
    for (const it of [page, other.page]) await shows(it, "count", 6);
    await shows(page, "counter-pending", 0);
    await shows(page, "form-pending", "saved");
    assert.equal(await at(page, "name").inputValue(), "Written offline");
    await Promise.all([visitor.close(), other.close()]);
  });

  test("people talk with one another", async () => {
    const [ada, bob] = [await visit(), await visit()];
    for (const [{ page }, name] of [[ada, "Ada"], [bob, "Bob"]]) {
      await at(page, "chat-text").fill(name);
      await at(page, "chat-send").click();
      await page.waitForFunction((name) => document.querySelector('[data-testid="chat-members"]')?.textContent.includes(name), name);
    }
    await at(ada.page, "chat-text").fill("Hello Bob");
    await at(ada.page, "chat-text").press("Enter");
    await bob.page.waitForFunction(() => document.querySelector('[data-testid="messages"]')?.textContent.includes("Hello Bob"));
    await ada.page.waitForFunction(() => document.querySelector('[data-testid="chat-text"]').value === "");
    ada.noErrors();
    await Promise.all([ada.close(), bob.close()]);
  });

  test("a file is uploaded, and another is refused", async () => {
    const visitor = await visit();
    const { page } = visitor;
    await at(page, "file").setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("a few words") });
    await shows(page, "upload-status", "complete");
    const url = await at(page, "file-url").getAttribute("href");
    const text = await page.evaluate(async (url) => (await fetch(url)).text(), url);
    assert.equal(text, "a few words");
    await at(page, "file").setInputFiles({ name: "run.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") });
    await at(page, "upload-error").waitFor();
    visitor.noErrors();
    await visitor.close();
  });
}
