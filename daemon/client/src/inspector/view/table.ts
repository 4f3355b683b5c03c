// A table of what is there: sorted by any column, each row a link, one tab stop for all of them.

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { App } from "../app.ts";
import type { Table } from "../contract.ts";
import { count } from "../format.ts";
import { type Sort, type Value, nextSort, sorted } from "../sort.ts";

/** The daemon sends no more of a table. */
const MOST_ROWS = 200;

export interface Column<Row> {
  id: string;
  label: string;
  /** What the label is short for. */
  title?: string;
  /** Aligned to the right, and sorted from the largest at first. */
  figure?: boolean;
  value(row: Row): Value;
  /** Instead of the value. */
  cell?(row: Row): unknown;
}

export interface TableView<Row> {
  /** Names it, in words. */
  label: string;
  columns: readonly Column<Row>[];
  sort: Sort;
  keyOf(row: Row): string;
  /** Where a row leads. The first column holds the link. */
  linkOf(row: Row): string;
  lookOf?(row: Row): string;
  /** What to say where there is nothing. */
  empty: string;
}

export function tableView<Row>(app: App, view: TableView<Row>, { total, rows }: Table<Row>) {
  const sort = app.sorts.get(view.label) ?? view.sort;
  const column = view.columns.find(({ id }) => id === sort.column)!;
  const ordered = sorted(rows, column.value, view.keyOf, sort.descending);
  const known = (key: string | undefined) => key !== undefined && ordered.some((row) => view.keyOf(row) === key);
  const remembered = [app.cursors.get("main"), app.route.open ?? undefined].find(known);
  const cursor = remembered ?? (ordered[0] && view.keyOf(ordered[0]));
  return html`
    <div class="table" data-list="main">
      <table class="t-${view.label.toLowerCase()}" aria-label=${view.label}>
        <thead><tr>${view.columns.map((column) => head(app, view, column, sort))}</tr></thead>
        <tbody>${repeat(ordered, view.keyOf, (row) => rowView(app, view, row, cursor))}</tbody>
      </table>
      ${rows.length === 0 ? html`<p class="empty">${total === 0 ? view.empty : "Nothing fits the filter."}</p>` : nothing}
      ${rows.length > 0 && rows.length < total
        ? html`<p class="more" role="status">${part(rows.length, total, app.route.filter)}</p>`
        : nothing}
    </div>`;
}

function part(shown: number, total: number, filter: string): string {
  if (shown < MOST_ROWS && filter) return `${count(shown)} of ${count(total)} fit the filter.`;
  return `${count(shown)} of ${count(total)} are shown. The filter looks through all of them.`;
}

function head<Row>(app: App, view: TableView<Row>, { id, label, title, figure = false }: Column<Row>, sort: Sort) {
  const order = sort.column !== id ? "none" : sort.descending ? "descending" : "ascending";
  const turn = () => {
    app.sorts.set(view.label, nextSort(app.sorts.get(view.label) ?? view.sort, id, figure));
    app.draw();
  };
  return html`<th scope="col" class="c-${id} ${figure ? "figure" : ""}" aria-sort=${order} title=${title ?? nothing}>
    <button type="button" @click=${turn}>${label}</button>
  </th>`;
}

function rowView<Row>(app: App, view: TableView<Row>, row: Row, cursor: string | undefined) {
  const key = view.keyOf(row);
  const isOpen = app.route.open === key;
  const cells = view.columns.map((column, index) => {
    const shown = column.cell ? column.cell(row) : column.value(row);
    const link = () =>
      html`<a data-row=${key} data-testid="row" href=${view.linkOf(row)} tabindex=${key === cursor ? 0 : -1}
        aria-current=${isOpen ? "true" : nothing}>${shown}</a>`;
    return html`<td class="c-${column.id} ${column.figure ? "figure" : ""}">${index === 0 ? link() : shown}</td>`;
  });
  return html`<tr class=${view.lookOf?.(row) ?? ""} aria-selected=${isOpen} @click=${openRow}>${cells}</tr>`;
}

/** All of the row opens it; links in it go where they lead, and text in it may be marked. */
function openRow(event: MouseEvent): void {
  const row = event.currentTarget as HTMLElement;
  if ((event.target as HTMLElement).closest("a, button") || getSelection()?.toString()) return;
  row.querySelector<HTMLElement>("[data-row]")!.click();
}
