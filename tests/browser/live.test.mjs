// Several visitors of the demo page: what one does the others see, at once and without asking.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "node:http";

import { serveDemo } from "./support/daemon.mjs";
import { at, launch, open, shows } from "./support/page.mjs";

let browser, daemon, service;
before(async () => {
  service = await startWeather();
  // One after the other: where the browser does not start, no daemon is left behind.
  browser = await launch();
  daemon = await serveDemo(undefined, allow(service.origin));
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
  await service?.stop();
});

/** A weather service: what it answers can be changed, and it can be made to wait. */
async function startWeather() {
  const answers = { status: 200, body: { temperature: 21.5, wind: 12, sky: "sunny" }, ready: Promise.resolve() };
  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url);
    await answers.ready;
    response.writeHead(answers.status, { "content-type": "application/json" }).end(JSON.stringify(answers.body));
  });
  const listen = (port) => new Promise((done) => server.listen(port, "127.0.0.1", done));
  await listen(0);
  const { port } = server.address();
  const stop = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { answers, asked, origin: `http://127.0.0.1:${port}`, stop, restart: () => listen(port) };
}

/** The configuration of a daemon whose weather component may ask this host, and is told to ask that one. */
const allow = (host, service = host) =>
  `[component.LiveWeather]\nallowed-hosts = ["${host}"]\n\n[component.LiveWeather.config]\nurl = "${service}/now"\n`;

const visit = (count) => Promise.all(Array.from({ length: count }, () => open(browser, daemon.url)));
const closeAll = (visitors) => Promise.all(visitors.map(({ close }) => close()));
const allShow = (visitors, id, text) => Promise.all(visitors.map(({ page }) => shows(page, id, text)));
const text = (page, id) => at(page, id).textContent();

test("visitors of the dashboard are counted up and down, in every browser alike", async () => {
  const [one, ...others] = await visit(3);
  await allShow([one, ...others], "dashboard-visitors", 3);
  await others[0].close();
  await allShow([one, others[1]], "dashboard-visitors", 2);
  await others[1].close();
  await shows(one.page, "dashboard-visitors", 1);
  one.noErrors();
  await one.close();
});

test("an alert and a refresh are everybody's, also of who comes later", async () => {
  const early = await visit(2);
  await at(early[0].page, "dashboard-message").fill("Disk <almost> full");
  await at(early[0].page, "dashboard-add").click();
  await at(early[1].page, "dashboard-message").fill("All hands to the pump");
  await at(early[1].page, "dashboard-message").press("Enter");
  await at(early[1].page, "dashboard-refresh").click();
  const [late] = await visit(1);
  const all = [...early, late];
  await allShow(all, "dashboard-refreshes", 1);
  for (const { page } of all) {
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="dashboard-alerts"] li').length === 2);
    const alerts = await page.locator('[data-testid="dashboard-alerts"] li').allTextContents();
    assert.deepEqual(alerts.toSorted(), ["All hands to the pump", "Disk <almost> full"]);
    assert.notEqual(await text(page, "dashboard-last-refresh"), "never");
  }
  assert.equal(await at(early[0].page, "dashboard-message").inputValue(), "");
  await closeAll(all);
});

test("the clock ticks in two tabs alike", async () => {
  const tabs = await visit(2);
  const seen = await Promise.all(
    tabs.map(({ page }) =>
      page.evaluate(
        () =>
          new Promise((done) => {
            const clock = document.querySelector('[data-testid="clock-time"]');
            const times = [];
            new MutationObserver(() => {
              if (times.at(-1) !== clock.dateTime) times.push(clock.dateTime);
              if (times.length === 4) done(times);
            }).observe(clock, { attributes: true });
          }),
      ),
    ),
  );
  // One of them may have begun to look a tick earlier.
  const [ones, others] = seen.map((times) => times.slice(1, 3));
  assert.ok(ones.some((time) => others.includes(time)), `${seen}`);
  for (const [first, second] of seen.map((times) => times.slice(-2).map((time) => Date.parse(time)))) {
    assert.ok(Math.abs(second - first - 1000) < 500, `${seen}`);
  }
  assert.match(await text(tabs[0].page, "clock-time"), /^\d\d:\d\d:\d\d$/);
  await closeAll(tabs);
});

test("a pointer that moves in one browser is seen in the others, and goes with its owner", async () => {
  const [ana, bo, cy] = await visit(3);
  for (const { page } of [ana, bo, cy]) {
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="cursors-members"] .chip').length === 3);
    await at(page, "cursors-area").scrollIntoViewIfNeeded();
  }
  const area = await at(ana.page, "cursors-area").boundingBox();
  await ana.page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
  await ana.page.mouse.move(area.x + area.width / 4, area.y + area.height / 2, { steps: 5 });
  const seen = (page, places) =>
    page.waitForFunction(
      (places) => {
        const marks = [...document.querySelectorAll('[data-testid="cursors-area"] .pointer')];
        const left = marks.map((mark) => Math.round(parseFloat(mark.style.left))).sort();
        return JSON.stringify(left) === JSON.stringify(places);
      },
      places,
    );
  await Promise.all([ana, bo, cy].map(({ page }) => seen(page, [25])));
  // By keyboard as well.
  await at(bo.page, "cursors-area").focus();
  await bo.page.keyboard.press("ArrowRight");
  await Promise.all([ana, bo, cy].map(({ page }) => seen(page, [25, 52])));
  assert.equal(await ana.page.locator(".pointer.own").count(), 1);
  assert.equal(await cy.page.locator(".pointer.own").count(), 0);
  // Out of the area, and out of the page.
  await bo.page.keyboard.press("Escape");
  await Promise.all([ana, cy].map(({ page }) => seen(page, [25])));
  await ana.close();
  await Promise.all([bo, cy].map(({ page }) => seen(page, [])));
  await bo.page.waitForFunction(() => document.querySelectorAll('[data-testid="cursors-members"] .chip').length === 2);
  assert.ok(!cy.frames.some((frame) => frame.includes('"x":')), "positions are no JSON");
  cy.noErrors();
  await closeAll([bo, cy]);
});

test("pings come back, and the chart shows how long they took", async () => {
  const [one, two] = await visit(2);
  await at(one.page, "ping-once").click();
  await shows(one.page, "ping-pings", 1);
  await one.page.waitForFunction(() => document.querySelectorAll('[data-testid="ping-chart"] rect').length === 1);
  assert.match(await text(one.page, "ping-last"), /^\d+(\.\d)? ms$/);
  assert.match(await text(one.page, "ping-bytes"), /^\d+$/);
  assert.match(await text(one.page, "ping-json"), /as JSON$/);
  await at(one.page, "ping-repeat").click();
  await one.page.waitForFunction(() => document.querySelectorAll('[data-testid="ping-chart"] rect').length >= 4);
  await at(one.page, "ping-repeat").click();
  assert.match(await at(one.page, "ping-chart").getAttribute("aria-label"), /round trips: median .* ms, longest .* ms/);
  // The room counts them all, the other browser its own.
  await at(two.page, "ping-once").click();
  await shows(two.page, "ping-pings", 1);
  assert.ok(Number(await text(two.page, "ping-total")) >= 5);
  one.noErrors();
  await closeAll([one, two]);
});

test("the weather is what the service says", async () => {
  const [one] = await visit(1);
  let go;
  service.answers.ready = new Promise((done) => (go = done));
  await at(one.page, "weather-input").fill("São Paulo");
  await at(one.page, "weather-load").click();
  await at(one.page, "weather-loading").waitFor({ state: "visible" });
  await shows(one.page, "weather-place", "São Paulo");
  go();
  await shows(one.page, "weather-sky", "sunny");
  await at(one.page, "weather-loading").waitFor({ state: "hidden" });
  assert.match(await text(one.page, "weather-temperature"), /^2[12]\D*C$/);
  assert.match(await text(one.page, "weather-wind"), /12/);
  assert.equal(service.asked.at(-1), "/now?place=S%C3%A3o%20Paulo");
  one.noErrors();
  await one.close();
});

test("the weather says what is wrong, and comes back when it is right again", async () => {
  const [one] = await visit(1);
  const ask = async (problem) => {
    await at(one.page, "weather-load").click();
    await shows(one.page, "weather-problem", problem);
    assert.equal(await text(one.page, "weather-temperature"), "–");
  };
  service.answers.status = 404;
  await ask("The weather service does not know Lisbon.");
  service.answers.status = 503;
  await ask("The weather service has a problem (status 503).");
  await service.stop();
  await ask("The weather service cannot be reached.");
  await service.restart();
  service.answers.status = 200;
  await at(one.page, "weather-load").click();
  await shows(one.page, "weather-sky", "sunny");
  await at(one.page, "weather-problem").waitFor({ state: "hidden" });
  await one.close();
});

test("a host that the configuration does not allow is not asked", async () => {
  const strict = await serveDemo(undefined, allow("https://weather.example", service.origin));
  const before = service.asked.length;
  const { page, close } = await open(browser, strict.url);
  await at(page, "weather-load").click();
  await shows(page, "weather-problem", "The weather service is not an allowed host.");
  assert.equal(service.asked.length, before);
  assert.ok(strict.log().includes(`\`${service.origin}\` is not allowed`), strict.log());
  await close();
  await strict.stop();
});
