// `/` to the filter, j and k or the arrows from row to row, Enter opens, Esc closes. Rows are links and buttons, so Enter
// is the browser's own.

import type { App } from "./app.ts";

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export function listenForKeys(app: App): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const typing = target.matches("input, textarea, select");
    if (event.key === "Escape") escape(app, typing ? target : null);
    else if (typing) return;
    else if (event.key === "/") focusFilter(event);
    else if (event.key in STEPS) {
      event.preventDefault();
      step(target, STEPS[event.key]!);
    }
  });
  addEventListener("focusin", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    const list = row?.closest<HTMLElement>("[data-list]");
    if (!row || !list || app.cursors.get(list.dataset.list!) === row.dataset.row) return;
    app.cursors.set(list.dataset.list!, row.dataset.row!);
    app.draw();
  });
}

function focusFilter(event: Event): void {
  const filter = document.querySelector<HTMLInputElement>("[data-filter]");
  if (!filter) return;
  event.preventDefault();
  filter.focus();
  filter.select();
}

/** First out of what one types into, then out of the panel; the focus goes back to where it was opened from. */
function escape(app: App, typing: HTMLElement | null): void {
  if (typing) return typing.blur();
  const { open } = app.route;
  if (open === null) return;
  app.go({ open: null });
  focusRow("main", open);
}

function step(from: HTMLElement, by: number): void {
  const list = from.closest("[data-list]") ?? document.querySelector("[data-list]");
  if (!list) return;
  const rows = [...list.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row === from);
  // Who comes from elsewhere begins where the list was left.
  const next = at < 0 ? rows.find((row) => row.tabIndex === 0) : rows[at + by];
  next?.focus();
}

function focusRow(list: string, key: string): void {
  const rows = document.querySelectorAll<HTMLElement>(`[data-list="${list}"] [data-row]`);
  [...rows].find((row) => row.dataset.row === key)?.focus();
}
