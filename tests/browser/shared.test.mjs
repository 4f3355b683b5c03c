// Several visitors of the demo page who meet: in the shared counter, and in the rooms of the chat.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { serveDemo } from "./support/daemon.mjs";
import { at, launch, open as openPage, shows } from "./support/page.mjs";

let browser, daemon;
before(async () => {
  // One after the other: where the browser does not start, no daemon is left behind.
  browser = await launch();
  // Who is gone is gone at once: the next visitors take the names of those before.
  daemon = await serveDemo(undefined, "[recovery]\ngrace = \"0s\"\n");
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

/** All who are about. Who stays would be met by the next test, also where this one has failed. */
const tabs = new Set();
afterEach(async () => {
  await Promise.all([...tabs].map((tab) => tab.close()));
  tabs.clear();
});
async function open(url = daemon.url) {
  const tab = await openPage(browser, url);
  tabs.add(tab);
  return tab;
}

/** So many visitors, each with a browser profile of its own. */
const visitors = (count) => Promise.all(Array.from({ length: count }, () => open()));

/** Waits until the element's text has these words in it. */
const says = ({ page }, id, words) =>
  page.waitForFunction(
    ([id, words]) => document.querySelector(`[data-testid="${id}"]`)?.textContent.includes(words),
    [id, words],
  );
/** Waits until it has them no longer. */
const saysNot = ({ page }, id, words) =>
  page.waitForFunction(
    ([id, words]) => !document.querySelector(`[data-testid="${id}"]`)?.textContent.includes(words),
    [id, words],
  );

async function callOneself({ page }, name) {
  await at(page, "chat-name").fill(name);
  await at(page, "chat-set-name").click();
}

/** The entry of a room in the list. */
const listed = ({ page }, name) => at(page, "chat-rooms").locator("li", { hasText: name }).locator("button");

async function enter(tab, name, room) {
  await callOneself(tab, name);
  await listed(tab, room).click();
  await shows(tab.page, "chat-current", room);
}

async function say({ page }, text) {
  await at(page, "chat-text").fill(text);
  await at(page, "chat-text").press("Enter");
}

test("two see one count, who changed it, and that the other has gone", async () => {
  const [ana, bo] = await visitors(2);
  for (const { page } of [ana, bo]) {
    await shows(page, "shared-online", 2);
    await shows(page, "shared-count", 0);
  }
  await at(ana.page, "shared-name").fill("Ana");
  await at(ana.page, "shared-set-name").click();
  await at(ana.page, "shared-increment").click();
  await shows(bo.page, "shared-count", 1);
  await shows(bo.page, "shared-by", "Ana");
  await at(bo.page, "shared-increment").click();
  await at(bo.page, "shared-increment").click();
  await shows(ana.page, "shared-count", 3);
  await shows(ana.page, "shared-by", "Anonymous");
  await bo.close();
  await shows(ana.page, "shared-online", 1);
  // Who comes later finds the count as it is.
  const cy = await open();
  await shows(cy.page, "shared-count", 3);
  await shows(ana.page, "shared-online", 2);
  await at(cy.page, "shared-reset").click();
  await shows(ana.page, "shared-count", 0);
  for (const tab of [ana, cy]) tab.noErrors();
});

test("three who count at once end with one sum", async () => {
  const three = await visitors(3);
  await Promise.all(
    three.map(async ({ page }) => {
      await shows(page, "shared-online", 3);
      for (let clicks = 0; clicks < 10; clicks += 1) await at(page, "shared-increment").click();
    }),
  );
  for (const { page } of three) await shows(page, "shared-count", 30);
  await at(three[0].page, "shared-reset").click();
  for (const { page } of three) await shows(page, "shared-count", 0);
});

test("what one says in the lobby the others read, and who comes later reads it too", async () => {
  const [ana, bo] = await visitors(2);
  await enter(ana, "Ana", "Lobby");
  await enter(bo, "Bo", "Lobby");
  await shows(ana.page, "chat-members", "Ana, Bo");
  await say(ana, "Hello, Bo");
  await says(bo, "chat-messages", "Hello, Bo");
  await say(bo, "<b>Hi</b>, Ana");
  await says(ana, "chat-messages", "<b>Hi</b>, Ana");
  await shows(ana.page, "chat-error", "");
  assert.equal(await at(ana.page, "chat-text").inputValue(), "");
  const cy = await open();
  await says(cy, "chat-rooms", "Lobby");
  await enter(cy, "Cy", "Lobby");
  for (const words of ["Hello, Bo", "<b>Hi</b>, Ana"]) await says(cy, "chat-messages", words);
  await shows(bo.page, "chat-members", "Ana, Bo, Cy");
  for (const tab of [ana, bo, cy]) tab.noErrors();
});

test("typing is seen, and that it has stopped", async () => {
  const [ana, bo] = await visitors(2);
  await enter(ana, "Ana", "Lobby");
  await enter(bo, "Bo", "Lobby");
  await at(ana.page, "chat-text").pressSequentially("Well");
  await shows(bo.page, "chat-typing", "Ana is typing…");
  await shows(ana.page, "chat-typing", "");
  await at(ana.page, "chat-text").press("Enter");
  await says(bo, "chat-messages", "Well");
  await shows(bo.page, "chat-typing", "");
  // Also where nothing is sent: by itself, after four seconds.
  await at(bo.page, "chat-text").pressSequentially("H");
  await shows(ana.page, "chat-typing", "Bo is typing…");
  await shows(ana.page, "chat-typing", "");
});

test("who leaves is seen to leave, by the button or by closing the page", async () => {
  const [ana, bo, cy] = await visitors(3);
  for (const [tab, name] of [[ana, "Ana"], [bo, "Bo"], [cy, "Cy"]]) await enter(tab, name, "Lobby");
  await shows(ana.page, "chat-members", "Ana, Bo, Cy");
  await at(bo.page, "chat-leave").click();
  await shows(ana.page, "chat-members", "Ana, Cy");
  await shows(bo.page, "chat-current", "No room yet");
  assert.equal(await at(bo.page, "chat-send").isDisabled(), true);
  await cy.close();
  await shows(ana.page, "chat-members", "Ana");
  // Also seen from outside.
  await bo.page.waitForFunction(() =>
    [...document.querySelectorAll('[data-testid="chat-rooms"] li')].some((room) => /^Lobby.*1$/.test(room.textContent)),
  );
});

test("a locked room refuses a wrong password with a sentence, and opens to the right one", async () => {
  const [ana, bo] = await visitors(2);
  await callOneself(ana, "Ana");
  await at(ana.page, "chat-new").click();
  await at(ana.page, "chat-room-name").fill("Club");
  await at(ana.page, "chat-room-password").fill("swordfish");
  await at(ana.page, "chat-create").click();
  await shows(ana.page, "chat-current", "Club");
  await shows(ana.page, "chat-members", "Ana (owner)");
  await say(ana, "Only for members");

  await enter(bo, "Bo", "Lobby");
  await says(bo, "chat-rooms", "Club");
  await listed(bo, "Club").click();
  await at(bo.page, "chat-password").fill("catfish");
  await at(bo.page, "chat-enter").click();
  await shows(bo.page, "chat-error", "That is not the password of Club.");
  await shows(bo.page, "chat-current", "Lobby");
  await shows(ana.page, "chat-members", "Ana (owner)");
  await at(bo.page, "chat-password").fill("swordfish");
  await at(bo.page, "chat-enter").click();
  await shows(bo.page, "chat-current", "Club");
  await says(bo, "chat-messages", "Only for members");
  await shows(ana.page, "chat-members", "Ana (owner), Bo");

  // The owner needs no password to come back.
  await listed(ana, "Lobby").click();
  await shows(bo.page, "chat-members", "Bo");
  await listed(ana, "Club").click();
  await shows(bo.page, "chat-members", "Ana (owner), Bo");
  for (const { frames } of [ana, bo]) assert.ok(!frames.some((frame) => frame.includes("swordfish")));
});

test("a page that joins a locked room past the component is refused, and hears nothing of it", async () => {
  const [ana, mallory] = await visitors(2);
  await callOneself(ana, "Ana");
  await at(ana.page, "chat-new").click();
  await at(ana.page, "chat-room-name").fill("Vault");
  await at(ana.page, "chat-room-password").fill("swordfish");
  await at(ana.page, "chat-create").click();
  await shows(ana.page, "chat-current", "Vault");
  const replies = await mallory.page.evaluate(async () => {
    const room = [...document.querySelectorAll("[data-room]")].find((button) => button.textContent.includes("Vault"));
    const socket = new WebSocket(`ws://${location.host}/api/live/ws`);
    await new Promise((opened) => socket.addEventListener("open", opened));
    const ask = (message) =>
      new Promise((answered) => {
        const requestId = String(Math.random());
        socket.addEventListener("message", ({ data }) => {
          const reply = [JSON.parse(data)].flat().find((reply) => reply.requestId === requestId);
          if (reply) answered(reply);
        });
        socket.send(JSON.stringify({ ...message, requestId, expectResponse: true }));
      });
    const roomId = `chat:${room.dataset.room}`;
    const mount = (room) => ask({ type: "COMPONENT_MOUNT", payload: { component: "LiveRoomChat", room } });
    const { result } = await mount();
    const replies = [await ask({ type: "ROOM_JOIN", componentId: result.componentId, roomId }), await mount(roomId)];
    socket.close();
    return replies;
  });
  for (const { success, code, error } of replies) {
    assert.deepEqual([success, code], [false, "ROOM_DENIED"]);
    assert.equal(error, "Nobody has let you in. Ask by `joinRoom`, with the password if there is one.");
  }
  await shows(ana.page, "chat-members", "Ana (owner)");
});

test("what is not right is refused with a sentence", async () => {
  const [ana, bo] = await visitors(2);
  await listed(ana, "Lobby").click();
  await shows(ana.page, "chat-error", "Say your name first.");
  await enter(ana, "Ana", "Lobby");
  await callOneself(bo, "ana");
  await listed(bo, "Lobby").click();
  await shows(bo.page, "chat-error", "Somebody here is called ana already.");
  await callOneself(bo, "Bo");
  await listed(bo, "Lobby").click();
  await shows(bo.page, "chat-current", "Lobby");
  // Renaming is seen.
  await callOneself(bo, "Bob");
  await shows(ana.page, "chat-members", "Ana, Bob");
});

test("after a lost connection one is back in the room, under one's name", async () => {
  const own = await serveDemo();
  const tab = await open(own.url);
  await enter(tab, "Ana", "Lobby");
  await own.stop();
  await tab.page.waitForSelector('[data-testid="connection-status"]:not([data-status="open"])');
  const again = await serveDemo(own.address);
  await tab.page.waitForSelector('[data-testid="connection-status"][data-status="open"]');
  await shows(tab.page, "chat-members", "Ana");
  await shows(tab.page, "chat-current", "Lobby");
  await tab.close();
  await again.stop();
});

test("three count in one room by plain events, and leaving is seen", async () => {
  const three = await visitors(3);
  for (const { page } of three) await shows(page, "lobby-users", 3);
  await at(three[0].page, "lobby-reset").click();
  for (const { page } of three) await shows(page, "lobby-count", 0);
  for (const { page } of three) await at(page, "lobby-increment").click();
  for (const { page } of three) await shows(page, "lobby-count", 3);
  await at(three[1].page, "lobby-decrement").click();
  for (const { page } of three) await shows(page, "lobby-count", 2);
  await three[2].close();
  for (const { page } of three.slice(0, 2)) await shows(page, "lobby-users", 2);
});
