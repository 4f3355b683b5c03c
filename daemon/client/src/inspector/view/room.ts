// The panel of one room: its state, who is in it, and what happens there.

import { html, nothing } from "lit-html";
import type { App } from "../app.ts";
import type { SelectedRoom } from "../contract.ts";
import { count } from "../format.ts";
import type { RoomPanel } from "../panels.ts";
import { eventList, listTools } from "./events.ts";
import { instanceLink, section } from "./parts.ts";
import { treeView } from "./tree.ts";

export function roomPanel(app: App, panel: RoomPanel, { members }: SelectedRoom) {
  const empty = html`<p class="empty">It has no state.</p>`;
  return html`<div class="columns">
    <div class="column">
      ${section("State", panel.state.value === undefined ? empty : treeView(panel.state, { label: "State", draw: app.draw }))}
      ${section(
        "Members",
        members.length === 0
          ? html`<p class="empty">Nobody is in it.</p>`
          : html`<ul class="members"
            data-testid="members">${members.map(({ id, component }) => html`<li>${instanceLink(id)} ${component}</li>`)}</ul>`,
        members.length > 0 ? html`<span class="aside">${count(members.length)}</span>` : nothing,
      )}
    </div>
    <div class="column">
      ${section(
        "Events",
        eventList(app, { label: "Events", log: panel.log, empty: "Nothing has happened in it since it was opened here." }),
        listTools(app, panel.log),
      )}
    </div>
  </div>`;
}
