// Going back in time: a slider over the events whose state is known, and a way back on each of them.

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { App } from "../app.ts";
import { type InspectorEvent, type InstanceEvent, isRoomEvent } from "../contract.ts";
import { clockMs } from "../format.ts";
import { preview } from "../json.ts";
import type { InstancePanel } from "../panels.ts";
import { problem, section } from "./parts.ts";

export function travelBar(app: App, panel: InstancePanel, stops: readonly InstanceEvent[]) {
  const at = panel.travel.position(stops);
  const newest = stops.length - 1;
  const shown = Math.min(panel.aim ?? at, newest);
  const stop = stops[shown]!;
  const go = (index: number) => void panel.travelTo(stops[index]!.seq);
  const aimed = (event: Event) => {
    panel.aim = Number((event.target as HTMLInputElement).value);
    app.draw();
  };
  const said = `Event ${shown + 1} of ${stops.length}: ${stop.kind} ${stop.name ?? ""}`;
  return section(
    "Time",
    html`<div class="bar">
        <button type="button" aria-label="One event back" data-testid="step-back" ?disabled=${at <= 0}
          @click=${() => go(at - 1)}>◂</button>
        <input type="range" data-testid="travel" aria-label="Event" aria-valuetext=${said} min="0" max=${newest}
          ?disabled=${newest === 0} .value=${live(String(shown))}
          @input=${aimed} @change=${(event: Event) => go(Number((event.target as HTMLInputElement).value))} />
        <button type="button" aria-label="One event on" data-testid="step-on" ?disabled=${at >= newest}
          @click=${() => go(at + 1)}>▸</button>
        <button type="button" data-testid="newest" ?disabled=${at >= newest} @click=${() => go(newest)}>Newest</button>
      </div>
      <p class="stop" title=${preview(stop.delta, 1000)}>
        <time>${clockMs(stop.at)}</time> <b>${stop.kind} ${stop.name ?? ""}</b> ${changes(stop)}
      </p>
      ${problem(panel.travelProblem)}`,
    html`<span class="aside">after ${shown + 1} of ${stops.length}</span>`,
    at < newest ? "past" : "",
  );
}

function changes({ delta }: InstanceEvent) {
  const entries = Object.entries(delta ?? {});
  if (entries.length === 0) return html`<span class="none">changed nothing</span>`;
  return entries.map(([key, value]) => html`<span class="change"><span class="key">${key}</span> ${preview(value, 60)}</span>`);
}

/** Where an event stands: `here` is what the instance has, `undone` came after it. */
export function lookInTime(panel: InstancePanel, stops: readonly InstanceEvent[], event: InspectorEvent): string {
  const at = panel.travel.position(stops);
  const index = stops.indexOf(event as InstanceEvent);
  if (at >= stops.length - 1 || index < at) return "";
  return index === at ? "here" : "undone";
}

export function backButton(panel: InstancePanel, stops: readonly InstanceEvent[], event: InspectorEvent) {
  if (isRoomEvent(event)) return nothing;
  const index = stops.indexOf(event);
  if (index < 0) return nothing;
  const isHere = index === panel.travel.position(stops);
  return html`<button type="button" class="quiet small back" aria-label=${isHere ? "Here" : "Back to here"}
    title=${isHere ? "The instance is here" : "Back to here"} ?disabled=${isHere}
    @click=${() => void panel.travelTo(event.seq)}>${isHere ? "here" : "↶"}</button>`;
}
