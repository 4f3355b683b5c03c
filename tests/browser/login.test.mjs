// Signing in and out on the demo page, and the two cards that are not for everybody.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serveDemo } from "./support/daemon.mjs";
import { at, launch, open as openPage, shows } from "./support/page.mjs";

const ACCOUNTS = {
  admin: { userId: "admin", roles: ["admin"], permissions: ["users.delete"] },
  // Has the role, and not the permission.
  deputy: { userId: "deputy", roles: ["admin"], permissions: [] },
  member: { userId: "member", roles: ["member"], permissions: [] },
};

let browser, service;
before(async () => {
  service = await startAccounts();
  // One after the other: where the browser does not start, no service is left behind.
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await service?.stop();
});

/** What a test leaves behind, also one that has failed. */
const leftovers = [];
afterEach(async () => {
  for (const end of leftovers.splice(0).reverse()) await end();
});

/** The app's side of signing in: an account's password is its name. */
async function startAccounts() {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { user, password } = JSON.parse(body).payload;
    const account = user === password && ACCOUNTS[user];
    response.writeHead(account ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(account || {}));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${server.address().port}/live/auth`, stop };
}

/** A daemon with a data directory of its own, which a restart keeps. */
async function serve() {
  const data = mkdtempSync(join(tmpdir(), "liveside-data-"));
  const config = `data-dir = "${data}"

[[auth.provider]]
name = "demo"
kind = "http"
url = "${service.url}"
forward-headers = []
cache = "0s"
`;
  let daemon = await serveDemo(undefined, config);
  leftovers.push(async () => {
    await daemon.stop();
    rmSync(data, { recursive: true, force: true });
  });
  return {
    url: daemon.url,
    stop: () => daemon.stop(),
    async startAgain() {
      daemon = await serveDemo(daemon.address, config);
    },
  };
}

/** A visitor with a browser profile of its own. */
async function visit(daemon) {
  const visitor = await openPage(browser, daemon.url);
  leftovers.push(visitor.close);
  return visitor;
}

async function signIn({ page }, user, password = user) {
  await at(page, "login-user").fill(user);
  await at(page, "login-password").fill(password);
  await at(page, "login-submit").click();
}

/** A visitor who is signed in. */
async function visitAs(daemon, user) {
  const visitor = await visit(daemon);
  await signIn(visitor, user);
  await shows(visitor.page, "login-who", `Signed in as ${user}`);
  return visitor;
}

/** Waits until a card is open: its inside shows, its door does not. */
async function isOpen({ page }, card) {
  await at(page, `${card}-inside`).waitFor({ state: "visible" });
  assert.equal(await at(page, `${card}-door`).isVisible(), false);
}

/** Waits until a card is closed with these words, and looks that nothing of it is left and nothing is called an error. */
async function isClosed({ page }, card, words) {
  await at(page, `${card}-door`).locator("p:visible", { hasText: words }).waitFor();
  assert.equal(await at(page, `${card}-inside`).isVisible(), false);
  assert.equal(await page.locator(`[data-testid="${card}-inside"] :is(ol, tbody) > *`).count(), 0);
  assert.equal(await at(page, `${card}-error`).isVisible(), false);
}

const SIGN_IN = "Sign in";
const NEEDS_ADMIN = "needs the role admin";

async function say({ page }, text) {
  await at(page, "protected-text").fill(text);
  await at(page, "protected-send").click();
}

const message = ({ page }, text) => at(page, "protected-messages").locator("li", { hasText: text });
const user = ({ page }, name) => at(page, "panel-users").locator("tbody tr", { hasText: name });
/** What is in the audit, the newest first, without the times. */
const audit = ({ page }) => at(page, "panel-audit").locator("li > span").allTextContents();

async function addUser({ page }, name, role) {
  await at(page, "panel-name").fill(name);
  await at(page, "panel-role").selectOption(role);
  await at(page, "panel-add").click();
}

test("who has not signed in sees both cards closed, in calm words", async () => {
  const visitor = await visit(await serve());
  await isClosed(visitor, "protected", SIGN_IN);
  await isClosed(visitor, "panel", SIGN_IN);
  assert.equal(await at(visitor.page, "login-form").isVisible(), true);
  // The way to the login is in the words.
  await at(visitor.page, "protected-door").locator("a").click();
  assert.equal(await at(visitor.page, "login-user").evaluate((input) => input === document.activeElement), true);
  visitor.noErrors();
});

test("the buttons fill in the accounts of the demo", async () => {
  const visitor = await visit(await serve());
  await at(visitor.page, "login-as-member").click();
  await visitor.page.keyboard.press("Enter");
  await shows(visitor.page, "login-who", "Signed in as member");
  visitor.noErrors();
});

test("a member comes into the chat and not into the panel, and is read in another browser", async () => {
  const daemon = await serve();
  const member = await visitAs(daemon, "member");
  await isOpen(member, "protected");
  await isClosed(member, "panel", NEEDS_ADMIN);
  assert.equal(await at(member.page, "login-form").isVisible(), false);

  const admin = await visitAs(daemon, "admin");
  await isOpen(admin, "protected");
  await say(member, "Hello <b>there</b>");
  await message(admin, "Hello <b>there</b>").waitFor();
  assert.equal(await message(admin, "Hello").locator("b").textContent(), "member");
  await message(member, "Hello").and(member.page.locator(".own")).waitFor();
  await shows(member.page, "protected-error", "");
  await member.page.waitForFunction(() => document.querySelector('[data-testid="protected-text"]').value === "");

  // The list goes by who is signed in where, not by who looks.
  const stranger = await visit(daemon);
  await isClosed(stranger, "protected", SIGN_IN);
  assert.ok(!stranger.frames.some((frame) => frame.includes("there")));
  for (const visitor of [member, admin, stranger]) visitor.noErrors();
});

test("a member deletes what is its own, and an admin whatever there is", async () => {
  const daemon = await serve();
  const [member, admin] = await Promise.all([visitAs(daemon, "member"), visitAs(daemon, "admin")]);
  await Promise.all([isOpen(member, "protected"), isOpen(admin, "protected")]);
  await say(admin, "From the admin");
  await message(member, "From the admin").getByRole("button").click();
  await shows(member.page, "protected-error", "Only its author and moderators may delete a message.");
  assert.equal(await message(admin, "From the admin").count(), 1);

  await say(member, "From the member, first");
  await message(admin, "first").waitFor();
  // What is done right takes the refusal off the card.
  await at(member.page, "protected-error").waitFor({ state: "hidden" });
  await say(member, "From the member, second");
  await message(member, "first").getByRole("button").click();
  await message(admin, "first").waitFor({ state: "detached" });
  await message(admin, "second").getByRole("button").click();
  await message(member, "second").waitFor({ state: "detached" });
  assert.equal(await message(member, "From the admin").count(), 1);
  for (const visitor of [member, admin]) visitor.noErrors();
});

test("an admin adds and deletes users and clears the audit, which another admin sees", async () => {
  const daemon = await serve();
  const [admin, deputy] = await Promise.all([visitAs(daemon, "admin"), visitAs(daemon, "deputy")]);
  await Promise.all([isOpen(admin, "panel"), isOpen(deputy, "panel")]);
  await at(admin.page, "panel-none").waitFor({ state: "visible" });
  await addUser(admin, "Ada", "moderator");
  await user(deputy, "Ada").waitFor();
  assert.equal(await user(deputy, "Ada").locator(".role").textContent(), "moderator");
  await at(admin.page, "panel-none").waitFor({ state: "hidden" });

  // The role alone is not enough to delete.
  await user(deputy, "Ada").getByRole("button", { name: "Delete Ada" }).click();
  await deputy.page.waitForFunction(() =>
    document.querySelector('[data-testid="panel-error"]').textContent.includes("needs the permission `users.delete`"),
  );
  assert.equal(await user(admin, "Ada").count(), 1);
  await user(admin, "Ada").getByRole("button", { name: "Delete Ada" }).click();
  await user(deputy, "Ada").waitFor({ state: "detached" });
  await user(admin, "Ada").waitFor({ state: "detached" });
  assert.deepEqual(await audit(admin), ["admin deleted Ada", "admin added Ada (moderator)"]);

  await at(deputy.page, "panel-clear").click();
  await at(admin.page, "panel-audit").locator("li", { hasText: "cleared" }).waitFor();
  assert.deepEqual((await audit(admin)).map((line) => line.trim()), ["deputy cleared the audit"]);
  for (const visitor of [admin, deputy]) visitor.noErrors();
});

test("signing out closes both cards at once, and who signs in next sees only what is theirs", async () => {
  const daemon = await serve();
  const visitor = await visitAs(daemon, "admin");
  await Promise.all([isOpen(visitor, "protected"), isOpen(visitor, "panel")]);
  await say(visitor, "For those inside");
  await addUser(visitor, "Ada", "member");
  await message(visitor, "For those inside").waitFor();
  await user(visitor, "Ada").waitFor();

  await at(visitor.page, "login-out").click();
  await Promise.all([isClosed(visitor, "protected", SIGN_IN), isClosed(visitor, "panel", SIGN_IN)]);
  assert.equal(await at(visitor.page, "login-who").textContent(), "");
  await visitor.page.reload();
  await Promise.all([isClosed(visitor, "protected", SIGN_IN), isClosed(visitor, "panel", SIGN_IN)]);

  await signIn(visitor, "member");
  await isOpen(visitor, "protected");
  await message(visitor, "For those inside").waitFor();
  await isClosed(visitor, "panel", NEEDS_ADMIN);
  visitor.noErrors();
});

test("a wrong password is refused with a sentence, and changes nothing", async () => {
  const visitor = await visit(await serve());
  await isClosed(visitor, "protected", SIGN_IN);
  await signIn(visitor, "admin", "guess");
  await shows(visitor.page, "login-problem", "The credentials were refused.");
  assert.equal(await at(visitor.page, "login-form").isVisible(), true);
  await Promise.all([isClosed(visitor, "protected", SIGN_IN), isClosed(visitor, "panel", SIGN_IN)]);
  // Nor is it kept.
  await visitor.page.reload();
  await isClosed(visitor, "protected", SIGN_IN);
  assert.equal(await at(visitor.page, "login-problem").isVisible(), false);

  await signIn(visitor, "admin");
  await shows(visitor.page, "login-who", "Signed in as admin");
  await Promise.all([isOpen(visitor, "protected"), isOpen(visitor, "panel")]);
  assert.equal(await at(visitor.page, "login-problem").isVisible(), false);
  assert.ok(!visitor.frames.some((frame) => frame.includes("guess")));
  visitor.noErrors();
});

test("a reload keeps the login for the tab, and for no other", async () => {
  const daemon = await serve();
  const visitor = await visitAs(daemon, "admin");
  await isOpen(visitor, "panel");
  await addUser(visitor, "Ada", "member");
  await user(visitor, "Ada").waitFor();
  await visitor.page.reload();
  await shows(visitor.page, "login-who", "Signed in as admin");
  await Promise.all([isOpen(visitor, "protected"), isOpen(visitor, "panel")]);
  await user(visitor, "Ada").waitFor();

  const page = await visitor.page.context().newPage();
  await page.goto(daemon.url);
  await isClosed({ page }, "panel", SIGN_IN);
  visitor.noErrors();
});

test("after a restart of the daemon one is signed in again, and the cards go on", async () => {
  const daemon = await serve();
  const [admin, member] = await Promise.all([visitAs(daemon, "admin"), visitAs(daemon, "member")]);
  await Promise.all([isOpen(admin, "panel"), isOpen(admin, "protected"), isOpen(member, "protected")]);
  await say(member, "Before");
  await addUser(admin, "Ada", "member");
  await message(admin, "Before").waitFor();
  await user(admin, "Ada").waitFor();

  assert.equal(await daemon.stop(), 0);
  for (const { page } of [admin, member]) await page.waitForSelector('[data-testid="connection-status"]:not([data-status="open"])');
  // Meanwhile the page stays as it was.
  await message(member, "Before").waitFor();
  await daemon.startAgain();
  for (const { page } of [admin, member]) {
    for (const id of ["protected", "panel"].slice(0, page === admin.page ? 2 : 1)) {
      await page.waitForFunction((id) => !document.querySelector(`#${id}`).classList.contains("offline"), id);
    }
  }
  await shows(admin.page, "login-who", "Signed in as admin");

  // They hear of each other again, which takes the rooms.
  await say(member, "After");
  await message(admin, "After").waitFor();
  await say(admin, "Heard");
  await message(member, "Heard").waitFor();
  assert.equal(await message(admin, "Before").count(), 1);
  await user(admin, "Ada").getByRole("button", { name: "Delete Ada" }).click();
  await user(admin, "Ada").waitFor({ state: "detached" });
  const another = await visitAs(daemon, "admin");
  await isOpen(another, "panel");
  await addUser(another, "Bo", "member");
  await user(admin, "Bo").waitFor();
  await isClosed(member, "panel", NEEDS_ADMIN);
});
