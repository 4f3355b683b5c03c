// The whole page: the daemon's figures, what needs attention, where one can go, and what one has gone to.

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { App } from "../app.ts";
import type { Counts, DaemonInfo, InspectorState, ModuleRow, Table } from "../contract.ts";
import { fitsWords } from "../filter.ts";
import { bytes, count, duration, plural } from "../format.ts";
import { InstancePanel } from "../panels.ts";
import { VIEWS, type View, linkTo } from "../route.ts";
import type { Phase } from "../session.ts";
import { THEMES, type Theme } from "../theme.ts";
import { instancePanel } from "./instance.ts";
import { keyForm } from "./key-form.ts";
import { healthOf, problem, tag } from "./parts.ts";
import { roomPanel } from "./room.ts";
import { swapsView } from "./swaps.ts";
import { tableView } from "./table.ts";
import { CONNECTIONS, INSTANCES, MODULES, ROOMS } from "./tables.ts";
import { tailView } from "./tail.ts";

const SAID: Record<Phase, string> = {
  connecting: "Connecting",
  open: "Connected",
  lost: "Connection lost",
  refused: "Key needed",
  failed: "Not available",
};

export function page(app: App) {
  const { state, session } = app;
  const isIn = state !== null && session.phase !== "refused";
  return html`
    <header class="top">
      <h1>Liveside <span>inspector</span></h1>
      ${isIn ? figures(state.daemon, state.counts) : html`<span class="fill"></span>`}
      <span class="status" role="status" data-testid="connection-status" data-status=${session.phase}>${SAID[session.phase]}</span>
      ${themeSwitch(app)}
    </header>
    ${isIn ? html`${alerts(state.modules.rows)}${nav(app, state)}${body(app, state)}` : door(app)}
    <div class="notice" role="status" data-testid="notice">${app.notice}</div>`;
}

function door(app: App) {
  const { phase, refusal } = app.session;
  if (phase === "refused") return keyForm(app);
  if (phase === "failed")
    return html`<div class="door"><h2>The inspector cannot be opened</h2>${problem(refusal?.message)}</div>`;
  return html`<div
    class="door"><p>${phase === "lost" ? "The daemon does not answer. It is tried again by itself." : "Connecting…"}</p></div>`;
}

const figure = (label: string, value: string, title = "") =>
  html`<div title=${title || nothing}><dt>${label}</dt><dd>${value}</dd></div>`;

function figures({ version, mode, uptimeMs, memoryBytes }: DaemonInfo, counts: Counts) {
  return html`<span class="daemon">${tag(version)} ${tag(mode, mode)}</span>
    <dl class="figures" aria-label="The daemon">
      ${figure("Up", duration(uptimeMs))}
      ${figure("Memory", bytes(memoryBytes))}
      ${figure("Workers", count(counts.workers))}
      ${figure("Timers", count(counts.timers))}
      ${figure("Uploads", count(counts.uploads))}
      ${figure("Messages", count(counts.messages))}
      ${figure("Waiting", bytes(counts.waitingBytes), "Bytes that are not sent yet")}
    </dl>`;
}

function themeSwitch(app: App) {
  const chosen = (event: Event) => app.setTheme((event.target as HTMLSelectElement).value as Theme);
  return html`<select class="theme" aria-label="Colours" @change=${chosen}>
    ${THEMES.map((theme) => html`<option value=${theme} .selected=${live(theme === app.theme)}>${theme}</option>`)}
  </select>`;
}

function alerts(modules: readonly ModuleRow[]) {
  const ill = modules.filter(({ health }) => health && health.status !== "healthy");
  ill.sort((a, b) => b.health!.status.localeCompare(a.health!.status));
  // What is said aloud is that it is ill, and not each time that a figure changes.
  return html`<ul class="alerts" aria-label="Alerts" data-testid="alerts">
    ${ill.map(
      ({ component, health }) => html`<li class=${health!.status}>
      <span role="alert"><a href=${linkTo("modules", null, component)}>${component}</a> is ${healthOf(health!.status)}</span>:
      ${count(health!.broken)} of ${plural(health!.events, "event")} broke, ${health!.meanMs.toFixed(1)} ms each
    </li>`,
    )}
  </ul>`;
}

const LABELS: Record<View, string> = {
  instances: "Instances",
  rooms: "Rooms",
  connections: "Connections",
  modules: "Modules",
  swaps: "Swaps",
  tail: "Tail",
};

function nav(app: App, { counts, modules, swaps }: InspectorState) {
  const { route } = app;
  const sizes: Partial<Record<View, number>> = {
    instances: counts.instances,
    rooms: counts.rooms,
    connections: counts.connections,
    modules: modules.total,
    swaps: swaps.length,
  };
  return html`<div class="ways">
    <nav aria-label="Views">
      ${VIEWS.map((view) => {
        const filter = view === route.view ? route.filter : (app.filters.get(view) ?? "");
        const number = sizes[view];
        const size = number === undefined ? nothing : html` <span class="count">${count(number)}</span>`;
        return html`<a href=${linkTo(view, null, filter)} data-testid="to-${view}"
          aria-current=${view === route.view ? "page" : nothing}>${LABELS[view]}${size}</a>`;
      })}
    </nav>
    <input class="filter" type="search" data-filter data-testid="filter" aria-label="Filter ${route.view}"
      aria-keyshortcuts="/" placeholder="Filter ${route.view}  /" autocomplete="off" spellcheck="false"
      .value=${live(route.filter)} @input=${(event: Event) => app.setFilter((event.target as HTMLInputElement).value)} />
  </div>`;
}

function body(app: App, state: InspectorState) {
  const { route } = app;
  if (route.view === "tail") return html`<main>${tailView(app)}</main>`;
  if (route.view === "swaps") return html`<main>${swapsView(app, state.swaps)}</main>`;
  if (route.view === "modules") return html`<main>${tableView(app, MODULES, fitting(state.modules, route.filter))}</main>`;
  if (route.view === "connections") return html`<main>${tableView(app, CONNECTIONS, state.connections)}</main>`;
  const table = route.view === "rooms" ? tableView(app, ROOMS, state.rooms) : tableView(app, INSTANCES, state.instances);
  return html`<main class=${app.panel ? "split" : ""}>${table}${app.panel ? panelView(app, state) : nothing}</main>`;
}

/** Modules are few, and the alerts want all of them: they are filtered here. */
function fitting({ total, rows }: Table<ModuleRow>, filter: string): Table<ModuleRow> {
  return {
    total,
    rows: rows.filter(({ component, module, kind, health }) => fitsWords([component, module, kind, health?.status], filter)),
  };
}

/** What is selected, once the daemon tells of it. */
function panelView(app: App, { selected }: InspectorState) {
  const { panel, session } = app;
  const isInstance = panel instanceof InstancePanel;
  const name = isInstance ? panel.id : panel!.name;
  const mine =
    selected &&
    (isInstance ? selected.kind === "instance" && selected.id === name : selected.kind === "room" && selected.name === name);
  const title = mine && selected.kind === "instance" ? selected.component : isInstance ? "Instance" : name;
  const facts = !mine
    ? nothing
    : html`${selected.there ? nothing : tag("ended", "warn")}
      ${
        selected.kind === "instance"
          ? html`${selected.version ? tag(selected.version) : nothing}<span class="busy ${selected.busy ? "on" : ""}"
            title=${selected.busy ? "busy" : "idle"}></span>`
          : html`${selected.logic ? tag(`logic: ${selected.logic}`) : nothing}
            ${selected.serverOnly ? tag("written by the server only") : nothing}`
      }`;
  return html`<aside class="panel" aria-label=${title} data-testid="panel">
    <header>
      <h2>${title}</h2>${facts}
      ${isInstance ? html`<code class="whole-id">${name}</code>` : nothing}
      <button type="button" class="quiet close" aria-label="Close" title="Esc" @click=${() => app.go({ open: null })}>✕</button>
    </header>
    ${problem(session.targetProblem)}
    ${
      !mine
        ? session.targetProblem
          ? nothing
          : html`<p class="empty">Looking…</p>`
        : isInstance && selected.kind === "instance"
          ? instancePanel(app, panel, selected)
          : !isInstance && selected.kind === "room"
            ? roomPanel(app, panel!, selected)
            : nothing
    }
  </aside>`;
}
