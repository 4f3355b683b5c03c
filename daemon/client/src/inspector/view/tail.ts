// Everything that happens to any instance, as it happens.

import { html } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { App } from "../app.ts";
import { fitsText } from "../events.ts";
import { eventList, listTools } from "./events.ts";

export function tailView(app: App) {
  const { tail } = app;
  const components = new Set([
    ...(app.state?.modules.rows ?? []).map(({ component }) => component),
    ...(tail.component ? [tail.component] : []),
  ]);
  const clear = () => {
    tail.log.list.clear();
    app.draw();
  };
  return html`<div class="tail">
    <div class="bar tools">
      <label>Component
        <select data-testid="tail-component" @change=${(event: Event) => app.setTail((event.target as HTMLSelectElement).value)}>
          <option value="" .selected=${live(tail.component === "")}>all</option>
          ${[...components].sort().map((name) => html`<option value=${name} .selected=${live(name === tail.component)}>${name}</option>`)}
        </select>
      </label>
      ${listTools(app, tail.log)}
      <button type="button" class="small" @click=${clear}>Clear</button>
    </div>
    ${eventList(app, {
      label: "Tail",
      log: tail.log,
      whose: true,
      fits: (event) => fitsText(event, app.route.filter),
      empty: "Waiting for something to happen.",
    })}
  </div>`;
}
