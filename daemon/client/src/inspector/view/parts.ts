// Small pieces that several parts of the page are made of.

import { html, nothing } from "lit-html";
import type { HealthStatus } from "../contract.ts";
import { linkTo } from "../route.ts";

/** Ids begin with the time and end with what tells them apart. */
export function shortId(id: string): string {
  return id.length > 14 ? `…${id.slice(-10)}` : id;
}

export const idOf = (id: string) => html`<span class="id" title=${id}>${shortId(id)}</span>`;

export const instanceLink = (id: string) => html`<a class="id" href=${linkTo("instances", id)} title=${id}>${shortId(id)}</a>`;

export const roomLink = (name: string) => html`<a class="room" href=${linkTo("rooms", name)}>${name}</a>`;

export const roomLinks = (names: readonly string[]) => html`<span class="links">${names.map(roomLink)}</span>`;

export const tag = (text: string, look = "") => html`<span class="tag ${look}">${text}</span>`;

export const none = html`<span class="none">–</span>`;

export const healthOf = (status: HealthStatus) => html`<span class="health ${status}">${status}</span>`;

export const problem = (text: string | null | undefined) => (text ? html`<p class="problem" role="alert">${text}</p>` : nothing);

/** A part of a panel, with its heading and what can be done with all of it. */
export const section = (title: string, body: unknown, tools: unknown = nothing, look = "") => html`
  <section class="part ${look}" aria-label=${title}>
    <header><h3>${title}</h3>${tools}</header>
    ${body}
  </section>`;
