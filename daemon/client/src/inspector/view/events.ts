// A list of events, the newest first. Each opens to show all that is known of it.

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { App } from "../app.ts";
import { type InspectorEvent, type InstanceEvent, type Json, type RoomEvent, isRoomEvent } from "../contract.ts";
import { MOST_EVENTS, isHousekeeping, keyOf } from "../events.ts";
import { clockMs, count, plural, took } from "../format.ts";
import { isObject, preview } from "../json.ts";
import type { EventLog } from "../panels.ts";
import { Tree } from "../tree.ts";
import { idOf, instanceLink, none, roomLink } from "./parts.ts";
import { treeView } from "./tree.ts";

export interface EventListOptions {
  /** Names the list, in words. */
  label: string;
  log: EventLog;
  /** Whose events they are is said, where they are not all of one. */
  whose?: boolean;
  fits?(event: InspectorEvent): boolean;
  lookOf?(event: InspectorEvent): string;
  /** What can be done with an event. */
  tool?(event: InspectorEvent): TemplateResult | typeof nothing;
  empty: string;
}

export function eventList(app: App, options: EventListOptions) {
  const { log, label, fits } = options;
  const wanted = (event: InspectorEvent) => (app.housekeeping || !isHousekeeping(event)) && (fits?.(event) ?? true);
  const shown = log.list.shown.filter(wanted).reverse();
  const remembered = app.cursors.get(label);
  const cursor = shown.some((event) => keyOf(event) === remembered) ? remembered : shown[0] && keyOf(shown[0]);
  return html`
    ${lostNote(log.list.lost)}
    ${
      shown.length === 0
        ? html`<p class="empty">${app.route.filter && fits ? "Nothing fits the filter." : options.empty}</p>`
        : html`<ol class="events ${options.whose ? "whose" : ""} ${options.tool ? "with-tools" : ""}"
          data-list=${label} data-testid="events" aria-label=${label}>
          ${repeat(shown, keyOf, (event) => eventView(app, event, cursor, options))}
        </ol>`
    }
    ${log.list.all.length >= MOST_EVENTS ? html`<p class="more">The last ${count(MOST_EVENTS)} are kept.</p>` : nothing}`;
}

function lostNote(lost: number) {
  if (lost === 0) return nothing;
  return html`<p class="note" role="status">
    ${plural(lost, "event")} could not be kept, and ${lost === 1 ? "is" : "are"} missing here.
  </p>`;
}

/** What can be done with a list: show the daemon's own events too, and hold still. */
export function listTools(app: App, log: EventLog) {
  const turn = () => {
    app.housekeeping = !app.housekeeping;
    app.draw();
  };
  return html`<span class="bar">
    <button type="button" class="small" aria-pressed=${app.housekeeping}
      title="What the daemon does by itself and that changes nothing" @click=${turn}>Housekeeping</button>
    ${pauseButton(app, log)}
  </span>`;
}

/** Stops the list while one reads it. What comes meanwhile is counted. */
function pauseButton(app: App, { list }: EventLog) {
  const turn = () => {
    if (list.paused) list.resume();
    else list.pause();
    app.draw();
  };
  const held = list.held ? `${count(list.held)} new` : "";
  const label = list.paused ? html`Resume <span class="held">${held}</span>` : "Pause";
  return html`<button type="button" class="small pause" data-testid="pause" aria-pressed=${list.paused}
    @click=${turn}>${label}</button>`;
}

function eventView(app: App, event: InspectorEvent, cursor: string | undefined, options: EventListOptions) {
  const key = keyOf(event);
  const isOpen = options.log.open.has(key);
  const toggle = () => {
    options.log.toggle(key);
    app.draw();
  };
  const outcome = isRoomEvent(event) ? "ok" : event.outcome;
  return html`<li class="event ${outcome} ${options.lookOf?.(event) ?? ""}" data-kind=${event.kind} data-seq=${event.seq}>
    <div class="entry">
      <button type="button" data-row=${key} tabindex=${key === cursor ? 0 : -1} class="event-line" aria-expanded=${isOpen} @click=${toggle}>
        <time>${clockMs(event.at)}</time>
        <span class="kind">${event.kind}</span>
        ${options.whose ? html`<span class="subject">${isRoomEvent(event) ? event.room : event.component}</span>` : nothing}
        ${isRoomEvent(event) ? roomLine(event) : instanceLine(event)}
      </button>
      ${options.tool?.(event) ?? nothing}
    </div>
    ${isOpen ? html`<dl class="details">${isRoomEvent(event) ? roomDetails(app, event) : instanceDetails(app, event)}</dl>` : nothing}
  </li>`;
}

/** What changed, key by key, in one line. */
function gist(value: Json) {
  if (!isObject(value)) return value === null ? "" : preview(value, 120);
  return Object.entries(value).map(([key, part]) => html`<span class="key">${key}</span> ${preview(part, 40)} `);
}

function instanceLine({ name, delta, error, outcome, tookUs }: InstanceEvent) {
  return html`<span class="name">${name ?? ""}</span><span class="gist">${error ?? gist(delta)}</span>
    <span class="outcome">${outcome}</span><span class="took">${took(tookUs)}</span>`;
}

function roomLine({ name, data, from }: RoomEvent) {
  return html`<span class="name">${name ?? ""}</span><span class="gist">${gist(data)}</span>
    <span class="from">${from === null ? "" : idOf(from)}</span>`;
}

const fact = (label: string, shown: unknown) => html`<div><dt>${label}</dt><dd>${shown}</dd></div>`;
const textOf = (label: string, value: string | null) => (value === null ? nothing : fact(label, value));

function instanceDetails(app: App, event: InstanceEvent) {
  return html`
    ${event.error === null ? nothing : fact("Error", html`<span class="bad">${event.error}</span>`)}
    ${valueOf(app, event, "Payload", event.payload)}
    ${valueOf(app, event, "Delta", event.delta, true)}
    ${valueOf(app, event, "Result", event.result)}
    ${fact("Instance", html`${instanceLink(event.instance)} ${event.component}`)}
    ${textOf("Connection", event.connection)}
    ${textOf("User", event.userId)}
    ${textOf("Request", event.request)}
    ${fact("Number", event.seq)}`;
}

function roomDetails(app: App, event: RoomEvent) {
  return html`
    ${valueOf(app, event, "Data", event.data, true)}
    ${fact("Room", roomLink(event.room))}
    ${event.from === null ? nothing : fact("From", instanceLink(event.from))}
    ${fact("Number", event.seq)}`;
}

/** What is open in an event's values is kept as long as the event is. */
const trees = new WeakMap<InspectorEvent, Map<string, Tree>>();

function valueOf(app: App, event: InspectorEvent, label: string, value: Json, always = false) {
  if (value === null) return always ? fact(label, none) : nothing;
  let ofEvent = trees.get(event);
  if (!ofEvent) trees.set(event, (ofEvent = new Map()));
  let tree = ofEvent.get(label);
  if (!tree) ofEvent.set(label, (tree = new Tree(2, value)));
  return fact(label, treeView(tree, { label, draw: app.draw }));
}
