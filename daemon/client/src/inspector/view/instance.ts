// The panel of one instance: its state, what can be done with it, and what has happened to it.

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { App } from "../app.ts";
import type { SelectedInstance, Timer } from "../contract.ts";
import { duration } from "../format.ts";
import type { CallForm, EditForm } from "../forms.ts";
import { isObject } from "../json.ts";
import type { InstancePanel } from "../panels.ts";
import { Tree } from "../tree.ts";
import { eventList, listTools } from "./events.ts";
import { none, problem, roomLinks, section, tag } from "./parts.ts";
import { backButton, lookInTime, travelBar } from "./travel.ts";
import { treeView } from "./tree.ts";

export function instancePanel(app: App, panel: InstancePanel, selected: SelectedInstance) {
  const daemon = app.state!.daemon;
  const isDevelopment = daemon.mode === "development";
  const canEdit = daemon.mayEdit && selected.there;
  const canTravel = isDevelopment && daemon.mayEdit && selected.canTravel && selected.there;
  const stops = canTravel ? panel.travel.stops(panel.log.list.shown) : [];
  return html`
    <div class="columns">
      <div class="column">
        ${section("State", stateView(app, panel, canEdit))}
        ${isDevelopment ? privateView(app, panel) : nothing}
        ${facts(selected)}
        ${selected.there && selected.actions.length > 0 ? callView(app, panel.call, selected.actions) : nothing}
      </div>
      <div class="column">
        ${canTravel && stops.length > 0 ? travelBar(app, panel, stops) : nothing}
        ${section(
          "Events",
          eventList(app, {
            label: "Events",
            log: panel.log,
            lookOf: (event) => lookInTime(panel, stops, event),
            ...(stops.length > 0 && { tool: (event) => backButton(panel, stops, event) }),
            empty: isDevelopment ? "Nothing has happened to it." : "Nothing has happened to it since it was opened here.",
          }),
          listTools(app, panel.log),
        )}
      </div>
    </div>`;
}

function stateView(app: App, panel: InstancePanel, canEdit: boolean) {
  if (panel.state.value === undefined) return html`<p class="empty">Its state is not known.</p>`;
  const { edit } = panel;
  return treeView(panel.state, {
    label: "State",
    draw: app.draw,
    ...(canEdit && {
      edit: (key: string) => {
        panel.startEdit(key);
        app.draw();
        requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-testid=edit-text]")?.focus());
      },
    }),
    form: edit && { of: edit, view: editView(app, panel, edit) },
  });
}

function editView(app: App, panel: InstancePanel, form: EditForm) {
  const close = () => {
    panel.edit = undefined;
    app.draw();
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if ((await form.save()) && panel.edit === form) close();
  };
  const typed = (event: Event) => {
    form.text = (event.target as HTMLTextAreaElement).value;
    app.draw();
  };
  return html`<form class="edit-form" @submit=${save} @keydown=${(event: KeyboardEvent) => byKeys(event, close)}>
    <textarea data-testid="edit-text" aria-label="${form.key} as JSON" rows=${rowsOf(form.text)} spellcheck="false"
      aria-invalid=${Boolean(form.problem)} .value=${live(form.text)} @input=${typed}></textarea>
    <div class="bar">
      <button class="primary small" ?disabled=${form.running || Boolean(form.problem)}>Set ${form.key}</button>
      <button type="button" class="quiet small" @click=${close}>Cancel</button>
      <span class="problem" role="status">${form.problem ?? form.refusal ?? ""}</span>
    </div>
  </form>`;
}

/** Ctrl+Enter sends what is typed into several lines, and Esc gives it up. */
function byKeys(event: KeyboardEvent, close?: () => void): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    (event.currentTarget as HTMLFormElement).requestSubmit();
  } else if (event.key === "Escape" && close) {
    event.preventDefault();
    close();
  }
}

const rowsOf = (text: string) => Math.min(12, Math.max(2, text.split("\n").length));

function privateView(app: App, panel: InstancePanel) {
  const shown = app.session.reveals;
  const turn = () => app.session.reveal(!shown);
  const button = html`<button type="button" class="small" data-testid="reveal" aria-pressed=${shown}
    @click=${() => (turn(), app.draw())}>${shown ? "Hide" : "Show"}</button>`;
  const { value } = panel.private;
  const isEmpty = value === undefined || (isObject(value) && Object.keys(value).length === 0);
  const body = !shown
    ? nothing
    : isEmpty
      ? html`<p class="empty">It has none.</p>`
      : treeView(panel.private, { label: "Private data", draw: app.draw });
  return section("Private data", body, button);
}

function facts({ rooms, timers }: SelectedInstance) {
  return section(
    "Rooms and timers",
    html`<dl class="details">
      <div><dt>Rooms</dt><dd>${rooms?.length ? roomLinks(rooms) : none}</dd></div>
      <div><dt>Timers</dt><dd>${timers?.length ? html`<ul class="timers">${timers.map(timer)}</ul>` : none}</dd></div>
    </dl>`,
  );
}

const timer = ({ name, repeats, delayMs, inMs }: Timer) =>
  html`<li><b>${name}</b> <span>${repeats ? "every" : "once after"} ${duration(delayMs)}</span> <span
    class="due">in ${duration(Math.max(0, inMs))}</span></li>`;

/** What an action gave is a value like any other. */
const results = new WeakMap<object, Tree>();

function callView(app: App, form: CallForm, actions: readonly string[]) {
  const { outcome } = form;
  const run = (event: Event) => {
    event.preventDefault();
    void form.run();
  };
  const typed = (event: Event) => {
    form.text = (event.target as HTMLTextAreaElement).value;
    app.draw();
  };
  const chosen = (event: Event) => {
    form.action = (event.target as HTMLSelectElement).value;
    app.draw();
  };
  let shown: unknown = nothing;
  if (outcome) {
    let tree = results.get(outcome);
    if (!tree) results.set(outcome, (tree = new Tree(2, outcome.result)));
    shown = outcome.success
      ? html`<span
        class="good">${form.ran} is done</span>${outcome.result === null ? nothing : treeView(tree, { label: "Result", draw: app.draw })}`
      : html`<span class="bad">${form.ran}: ${outcome.error}</span>${outcome.code ? tag(outcome.code) : nothing}`;
  }
  return section(
    "Call an action",
    html`<form class="call" @submit=${run} @keydown=${(event: KeyboardEvent) => byKeys(event)}>
      <div class="bar">
        <select data-testid="call-action" aria-label="Action" @change=${chosen}>
          ${actions.map((action) => html`<option value=${action} .selected=${live(action === form.action)}>${action}</option>`)}
        </select>
        <button class="primary" data-testid="call" ?disabled=${form.running || Boolean(form.problem)}>Call</button>
      </div>
      <textarea data-testid="call-payload" aria-label="Payload as JSON" rows=${rowsOf(form.text)} spellcheck="false"
        placeholder="Payload as JSON, or nothing" aria-invalid=${Boolean(form.problem)} .value=${live(form.text)}
        @input=${typed}></textarea>
      ${problem(form.problem)}
      <div class="outcome-of-call" role="status" data-testid="call-outcome">${shown}</div>
    </form>`,
  );
}
