// Everybody's pointer in one area. The bytes are described in components/cursors/README.md.

import { handleOf } from "/live/client.js";

/** Milliseconds between two moves that are sent: thirty a second. */
const PAUSE = 33;
const WHOLE = 65_535;
/** How far an arrow key goes. */
const STEP = 0.02 * WHOLE;

const card = document.querySelector("#cursors");
const area = card.querySelector('[data-testid="cursors-area"]');
const list = card.querySelector("[data-part=members]");
const counter = card.querySelector('[data-testid="cursors-frames"]');
const cursors = handleOf(card);

/** The members by id, and the mark of each that is drawn. */
let members = new Map();
const marks = new Map();
let own;
let frames = 0;

cursors.subscribe("members", (now = []) => {
  members = new Map(now.map((member) => [member.id, member]));
  for (const id of marks.keys()) if (!members.has(id)) erase(id);
  list.replaceChildren(...now.map((member) => tag(member, "chip")));
});

// Which of them this page is, it has to ask: the state is the same for all.
cursors.subscribe("$connected", async (connected) => {
  if (!connected) return;
  own = (await cursors.enter().catch(() => ({}))).id;
  for (const made of card.querySelectorAll("[data-id]")) made.classList.toggle("own", Number(made.dataset.id) === own);
});

cursors.onBinary("pointers", (bytes) => {
  counter.textContent = String((frames += 1));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const gone = new Set(marks.keys());
  for (let at = 0; at + 6 <= bytes.byteLength; at += 6) {
    const [id, x, y] = [0, 2, 4].map((field) => view.getUint16(at + field, true));
    if (!members.has(id)) continue;
    gone.delete(id);
    draw(id, x / WHOLE, y / WHOLE);
  }
  // Who is not in the frame is not in the area.
  gone.forEach(erase);
});

function draw(id, x, y) {
  let mark = marks.get(id);
  if (!mark) {
    mark = tag(members.get(id), "pointer");
    mark.setAttribute("aria-hidden", "true");
    marks.set(id, mark);
    area.append(mark);
  }
  mark.style.left = `${x * 100}%`;
  mark.style.top = `${y * 100}%`;
}

function erase(id) {
  marks.get(id)?.remove();
  marks.delete(id);
}

function tag({ id, label, hue }, kind) {
  const made = document.createElement("span");
  made.className = kind;
  made.classList.toggle("own", id === own);
  made.dataset.id = id;
  made.style.setProperty("--tint", hue);
  made.append(Object.assign(document.createElement("span"), { textContent: label }));
  return made;
}

// What is to be sent: only the newest place counts, so nothing queues.
let wanted;
let busy = false;

async function send() {
  if (busy) return;
  busy = true;
  while (wanted && cursors.$connected) {
    const { action, payload } = wanted;
    wanted = undefined;
    // Not before this one is answered: a slow connection sends less.
    await Promise.allSettled([cursors.call(action, payload), new Promise((done) => setTimeout(done, PAUSE))]);
  }
  busy = false;
}

let place = { x: WHOLE / 2, y: WHOLE / 2 };
function moveTo(x, y) {
  const within = (value) => Math.round(Math.min(Math.max(value, 0), WHOLE));
  place = { x: within(x), y: within(y) };
  wanted = { action: "move", payload: place };
  send();
}
function hide() {
  wanted = { action: "hide" };
  send();
}

area.addEventListener("pointermove", ({ clientX, clientY }) => {
  const { left, top, width, height } = area.getBoundingClientRect();
  moveTo(((clientX - left) / width) * WHOLE, ((clientY - top) / height) * WHOLE);
});
area.addEventListener("pointerleave", hide);
area.addEventListener("pointercancel", hide);
area.addEventListener("blur", hide);
area.addEventListener("keydown", (event) => {
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (x || y) {
    event.preventDefault();
    moveTo(place.x + x * STEP, place.y + y * STEP);
  } else if (event.key === "Escape") hide();
});
