// The form for the API key, where the daemon does not let in who has none.

import { html } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { App } from "../app.ts";

export function keyForm(app: App) {
  const { keyForm } = app;
  const submit = (event: Event) => {
    event.preventDefault();
    app.tryKey();
  };
  const why = `${keyForm.tried ? "That key was refused. " : ""}${app.session.refusal?.message ?? ""}`;
  return html`<form class="key-form" @submit=${submit} autocomplete="off">
    <h2>This daemon asks for its API key</h2>
    <p class=${keyForm.tried ? "problem" : "aside"} role="alert" data-testid="key-problem">${why}</p>
    <label for="key">API key</label>
    <input id="key" data-testid="key" type="password" autocomplete="off" spellcheck="false" autofocus required .value=${live(keyForm.text)}
      @input=${(event: Event) => (keyForm.text = (event.target as HTMLInputElement).value)} />
    <label class="check"><input type="checkbox" .checked=${live(keyForm.keep)}
      @change=${(event: Event) => (keyForm.keep = (event.target as HTMLInputElement).checked)} /> Keep it until this tab is closed</label>
    <button class="primary" data-testid="key-send">Open the inspector</button>
  </form>`;
}
