// Round trips, measured and drawn: from the call until its answer is there, as the page sees it.

import { handleOf, live } from "/live/client.js";

const KEPT = 60;
/** Milliseconds between pings: five a second leave room in the daemon's rate limit. */
const PAUSE = 200;

const card = document.querySelector("#ping");
const part = (id) => card.querySelector(`[data-testid="ping-${id}"]`);
const chart = part("chart");
const repeat = part("repeat");

/** The last round trips, in milliseconds. */
const trips = [];
/** What a ping and its pong weigh, as they are and as JSON. */
const sizes = { out: undefined, in: undefined };

// The frames tell times and sizes, whoever called: the button by its attribute, or this script.
const pending = new Map();
live(card.getAttribute("live-url")).connection.onFrame(({ direction, messages, bytes, at }) => {
  const [first] = messages;
  const size = () => ({ bytes, json: new TextEncoder().encode(JSON.stringify(first)).length });
  if (direction === "out" && first?.action === "ping") {
    pending.set(first.requestId, at);
    sizes.out = size();
  } else if (direction === "in" && pending.has(first?.requestId)) {
    const sent = pending.get(first.requestId);
    pending.delete(first.requestId);
    if (!first.success) return;
    sizes.in = size();
    trips.push(at - sent);
    if (trips.length > KEPT) trips.shift();
    draw();
  }
});

function draw() {
  const sorted = trips.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const longest = sorted.at(-1);
  part("last").textContent = milliseconds(trips.at(-1));
  part("median").textContent = milliseconds(median);
  part("longest").textContent = milliseconds(longest);

  const total = (key) => (sizes.out?.[key] ?? 0) + (sizes.in?.[key] ?? 0);
  const [bytes, json] = [total("bytes"), total("json")];
  part("bytes").textContent = String(bytes);
  part("json").textContent = bytes < json ? `${json} as JSON` : "as JSON";

  const most = scale(longest);
  card.querySelector("[data-part=most]").textContent = `${most} ms`;
  const width = 600 / KEPT;
  const from = KEPT - trips.length;
  chart.replaceChildren(
    ...trips.map((trip, n) => {
      const height = Math.max(1.5, (trip / most) * 100);
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const place = { x: (from + n) * width + 1.5, y: 100 - height, width: width - 3, height };
      for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value.toFixed(2));
      return bar;
    }),
  );
  chart.setAttribute(
    "aria-label",
    `The last ${trips.length} round trips: median ${milliseconds(median)}, longest ${milliseconds(longest)}`,
  );
}

/** The next of 1, 2, 5, 10, 20 ... that holds it: the chart keeps still while times vary a little. */
function scale(longest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(longest, 1)));
  return power * [1, 2, 5, 10].find((step) => step * power >= longest);
}

const milliseconds = (time) => `${time.toFixed(time < 10 ? 1 : 0)} ms`;

// One after the other, and none while nobody looks.
let timer;
async function again() {
  if (!document.hidden) await handleOf(card).ping().catch(() => {});
  if (repeat.ariaPressed === "true") timer = setTimeout(again, PAUSE);
}
repeat.addEventListener("click", () => {
  clearTimeout(timer);
  repeat.ariaPressed = String(repeat.ariaPressed !== "true");
  if (repeat.ariaPressed === "true") again();
});
