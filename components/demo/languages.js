// The counters of all languages that are there, in one room: whichever is clicked, all of them count.

import { live } from "/live/client.js";
import { element } from "./elements.js";

const ROOM = "languages";
const LANGUAGES = [
  ["Rust", "RustCounter"],
  ["JavaScript", "JsCounter"],
  ["TypeScript", "TsCounter"],
  ["Python", "PythonCounter"],
  ["C", "CCounter"],
  ["C++", "CppCounter"],
  ["Zig", "ZigCounter"],
  ["Go", "GoCounter"],
];

const card = document.querySelector("#languages");
const rows = card.querySelector("[data-part=rows]");

/** A row for a language: its name, its own count, its button. */
function row([language, component]) {
  const counter = live().use(component, { room: ROOM });
  const line = element("li", "language");
  const count = element("output", "", "·");
  count.dataset.testid = `count-${component}`;
  const button = element("button", "quiet", "+");
  button.type = "button";
  button.dataset.testid = `increment-${component}`;
  button.setAttribute("aria-label", `Count in ${language}`);
  button.addEventListener("click", () => counter.increment({ by: 1 }).catch(showError));
  counter.subscribe("count", (value) => { count.textContent = value; });
  line.append(element("span", "", language), count, button);
  return line;
}

function showError(error) {
  const place = card.querySelector(".error");
  place.textContent = error.message;
  place.hidden = false;
}

/** Which are there depends on the tools of whoever built them. */
async function show() {
  const answer = await fetch("/api/live/components");
  const { components } = await answer.json();
  const there = LANGUAGES.filter(([, component]) => components.includes(component));
  rows.replaceChildren(...there.map(row));
}

show().catch(showError);
