// The timeline of swaps: what the daemon took while it ran, and what it did not take.

import { html, nothing } from "lit-html";
import type { App } from "../app.ts";
import type { Swap } from "../contract.ts";
import { fitsWords } from "../filter.ts";
import { clock, day, duration, plural } from "../format.ts";
import { linkTo } from "../route.ts";
import { tag } from "./parts.ts";

export function swapsView(app: App, swaps: readonly Swap[]) {
  const shown = swaps.filter(({ module, outcome, components }) =>
    fitsWords([module, outcome, ...components.map(({ name }) => name)], app.route.filter),
  );
  if (shown.length === 0) {
    return html`<p class="empty">${swaps.length === 0 ? "No module was swapped since the daemon began." : "Nothing fits the filter."}</p>`;
  }
  return html`<ol class="swaps" data-testid="swaps" aria-label="Swaps">${shown.map(
    (swap, index) => html`
    ${day(swap.at) === (shown[index - 1] && day(shown[index - 1]!.at)) ? nothing : html`<li class="day">${day(swap.at)}</li>`}
    ${swapView(swap)}`,
  )}
  </ol>`;
}

function swapView({ at, module, outcome, tookMs, components, error }: Swap) {
  return html`<li class="swap ${outcome}" data-outcome=${outcome}>
    <time>${clock(at)}</time>
    <span class="result">${outcome}</span>
    <p><b>${module}</b> <span class="sum">in ${duration(tookMs)}</span></p>
    <div>
      ${components.map(
        ({ name, version, isNew, instances }) => html`<p class="swapped">
          <a href=${linkTo("instances", null, name)}>${name}</a> <span class="version">${version}</span>
          ${isNew ? tag("new") : html`<span class="sum">${plural(instances, "instance")} went on</span>`}
        </p>`,
      )}
      ${error === null ? nothing : html`<pre class="problem" tabindex="0">${error}</pre>`}
    </div>
  </li>`;
}
