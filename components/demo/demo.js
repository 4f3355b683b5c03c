// The extras of the demo page. The components themselves need none of it: they live by their attributes.

import { handleOf, live } from "/live/client.js";
import { showFrames } from "./wire.js";
import "./login.js";

// Cards that show more than attributes can.
import "./chat.js";
import "./dashboard.js";
import "./clock.js";
import "./weather.js";
import "./ping.js";
import "./cursors.js";
import "./protected-chat.js";
import "./admin-panel.js";
import "./upload.js";
import "./languages.js";

const $ = (selector) => document.querySelector(selector);
const testid = (id) => $(`[data-testid="${id}"]`);

const { connection } = live();

// The connection, in words.
const status = testid("connection-status");
const words = { connecting: "Connecting", open: "Connected", reconnecting: "Reconnecting", closed: "Closed" };
connection.onStatus((now) => {
  status.dataset.status = now;
  status.querySelector("[data-part=text]").textContent = words[now];
});

showFrames(connection, testid("wire-list"), testid("wire-totals"));

// Which version of each component runs; a hot swap makes its badge flash.
const badges = new Map(Array.from(document.querySelectorAll("[data-version]"), (badge) => [badge.dataset.version, badge]));

function showVersion(component, version) {
  const badge = badges.get(component);
  if (!badge || !version) return;
  badge.textContent = `v${version}`;
  badge.hidden = false;
}

fetch("/api/live/stats")
  .then((response) => (response.ok ? response.json() : { components: [] }))
  .then(({ components }) => components.forEach(({ name, version }) => showVersion(name, version)))
  // The stats may be kept behind a key; then there are no badges until the first swap.
  .catch(() => {});

document.addEventListener("liveside:reload", ({ detail: { component, version } }) => {
  showVersion(component, version);
  const badge = badges.get(component);
  if (!badge) return;
  badge.textContent += " · swapped";
  badge.classList.remove("flash");
  void badge.offsetWidth; // Restarts the animation where two swaps follow each other.
  badge.classList.add("flash");
});

// The form: leaving a field asks the module for its opinion, shown only where somebody was already.
const form = $("#form");
const visited = new Set();

function showFormErrors(errors = {}) {
  for (const place of form.querySelectorAll("[data-error]")) {
    const key = place.dataset.error;
    const text = visited.has(key) ? (errors[key] ?? "") : "";
    place.textContent = text;
    $(`#form-${key}`).setAttribute("aria-invalid", String(text !== ""));
  }
}

async function validate() {
  const result = await handleOf(form).validate();
  showFormErrors(result?.errors);
}

form.addEventListener("focusout", ({ target }) => {
  const key = target.id?.replace("form-", "");
  if (!form.querySelector(`[data-error="${key}"]`)) return;
  visited.add(key);
  validate().catch(() => {});
});
form.addEventListener("submit", () => {
  for (const key of ["name", "email", "message"]) visited.add(key);
  validate().catch(() => {});
});
form.addEventListener("liveside:result", ({ detail }) => {
  if (detail.action === "validate") return;
  visited.clear();
  showFormErrors();
});

// The rest is what actions return: it is no state, so no attribute shows it.
$("#migration").addEventListener("liveside:result", ({ detail: { result } }) => {
  const tag = testid("migration-cached");
  tag.textContent = result.cached ? "from the cache" : "just run";
  tag.dataset.cached = result.cached;
  tag.hidden = false;
});

$("#vault").addEventListener("liveside:result", ({ detail: { action, result } }) => {
  const length = testid("vault-length");
  if (action === "unlock") {
    testid("vault-token").value = "";
    length.textContent = "hidden";
  } else length.textContent = `${result.length ?? result} characters`;
});

handleOf(form).subscribe("submittedAt", (at) => {
  testid("form-submitted-at").textContent = at ? new Date(at).toLocaleTimeString() : "";
});
