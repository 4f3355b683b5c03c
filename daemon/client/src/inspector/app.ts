// The page: where one is, what is open there, and drawing it all again when something changed.

import { render } from "lit-html";
import type { Client } from "../api.ts";
import type { InspectorEvent, InspectorState, News, TableName } from "./contract.ts";
import { clock } from "./format.ts";
import { storeKey, storedKey } from "./key.ts";
import { InstancePanel, RoomPanel, Tail } from "./panels.ts";
import { type Route, type View, formatRoute, parseRoute } from "./route.ts";
import { Session, type Target } from "./session.ts";
import type { Sort } from "./sort.ts";
import { type Theme, storedTheme, useTheme } from "./theme.ts";
import { page } from "./view/page.ts";

/** What is typed into a filter goes to the daemon when nothing more has come for this long. */
const FILTER_WAIT_MS = 150;
const NOTICE_MS = 4_000;

/** What the daemon filters; the rest is all here. */
const isTable = (view: View): view is TableName => view === "instances" || view === "rooms" || view === "connections";

export class App {
  readonly session: Session;
  route: Route;
  panel: InstancePanel | RoomPanel | null = null;
  readonly tail = new Tail();
  readonly sorts = new Map<string, Sort>();
  /** Of each list, the row that the keyboard is at. */
  readonly cursors = new Map<string, string>();
  /** Of each view, what its filter was. */
  readonly filters = new Map<View, string>();
  /** The key that is being typed. */
  readonly keyForm = { text: "", keep: storedKey() !== null, tried: storedKey() !== null };
  /** Whether lists of events show what the daemon does by itself. */
  housekeeping = false;
  theme: Theme = storedTheme();
  notice = "";
  readonly #root: HTMLElement;
  #drawing = false;
  #phase = "";
  #believed: object | undefined;
  #filterTimer: ReturnType<typeof setTimeout> | undefined;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, root: HTMLElement) {
    this.#root = root;
    useTheme(this.theme);
    this.route = parseRoute(location.hash);
    this.session = new Session(client, {
      changed: () => this.#changed(),
      news: (news) => this.#news(news),
      known: (events, again) => this.#known(events, again),
      ready: (again) => again && this.#tell("Connected again."),
    });
    this.#arrive();
    this.session.start(storedKey());
    addEventListener("hashchange", () => {
      this.route = parseRoute(location.hash);
      this.#arrive();
    });
  }

  get state(): Readonly<InspectorState> | null {
    return this.session.state;
  }

  go(route: Partial<Route>): void {
    location.hash = formatRoute({ ...this.route, ...route });
  }

  /** Types into the filter of what is shown. The address says it too, without a step in the history for each letter. */
  setFilter(text: string): void {
    this.route = { ...this.route, filter: text };
    history.replaceState(null, "", formatRoute(this.route));
    clearTimeout(this.#filterTimer);
    this.#filterTimer = setTimeout(() => this.#sendFilter(), FILTER_WAIT_MS);
    this.draw();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    useTheme(theme);
    this.draw();
  }

  setTail(component: string): void {
    this.tail.component = component;
    this.tail.log.list.clear();
    this.session.tail(true, component || undefined);
    this.draw();
  }

  tryKey(): void {
    const { text, keep } = this.keyForm;
    if (!text) return;
    storeKey(keep ? text : null);
    this.keyForm.tried = true;
    this.keyForm.text = "";
    this.session.start(text);
  }

  /** Draws with the next frame, however often it is asked for. */
  readonly draw = (): void => {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      render(page(this), this.#root);
      document.title = this.panel ? `${this.#panelName()} · Liveside inspector` : "Liveside inspector";
    });
  };

  #panelName(): string {
    if (this.panel instanceof RoomPanel) return this.panel.name;
    const selected = this.state?.selected;
    return selected?.kind === "instance" ? selected.component : "";
  }

  /** Opens what the address leads to. */
  #arrive(): void {
    const { view, open, filter } = this.route;
    this.filters.set(view, filter);
    if (open === null) this.panel = null;
    else if (view === "instances") {
      if (!(this.panel instanceof InstancePanel && this.panel.id === open))
        this.panel = new InstancePanel(open, this.session, this.draw);
    } else if (!(this.panel instanceof RoomPanel && this.panel.name === open)) this.panel = new RoomPanel(open);
    this.session.select(this.#target());
    this.session.tail(view === "tail", this.tail.component || undefined);
    this.#sendFilter();
    this.draw();
  }

  #target(): Target | null {
    if (!this.panel) return null;
    return this.panel instanceof InstancePanel ? { instance: this.panel.id } : { room: this.panel.name };
  }

  /** After a restart, others may come back later than this page. Each table that tells so is believed once. */
  #lookAgain({ instances, rooms }: InspectorState): void {
    const { open } = this.route;
    const isRoom = this.panel instanceof RoomPanel;
    const table = isRoom ? rooms : instances;
    if (table === this.#believed) return;
    this.#believed = table;
    if (isRoom ? rooms.rows.some(({ name }) => name === open) : instances.rows.some(({ id }) => id === open)) this.session.selectAgain();
  }

  #sendFilter(): void {
    const { view, filter } = this.route;
    this.filters.set(view, filter);
    if (isTable(view)) this.session.filter(view, filter);
  }

  #changed(): void {
    const { phase, state } = this.session;
    if (phase === "lost" && this.#phase === "open")
      this.#tell(`Connection lost at ${clock(Date.now())}. What is shown is the last that was known.`, true);
    // A key that was refused is worth nothing after a reload either.
    if (phase === "refused" && this.#phase !== "refused") storeKey(null);
    this.#phase = phase;
    if (state) this.panel?.update(state);
    if (state && this.session.targetProblem) this.#lookAgain(state);
    this.draw();
  }

  #news(news: News): void {
    this.panel?.news(news);
    if (this.route.view === "tail") this.tail.news(news);
  }

  #known(events: InspectorEvent[], again: boolean): void {
    this.panel?.known(events, again);
    this.draw();
  }

  /** Says something at the page's foot, for a while or until something else is said. */
  #tell(notice: string, stays = false): void {
    clearTimeout(this.#noticeTimer);
    this.notice = notice;
    if (!stays) this.#noticeTimer = setTimeout(() => this.#tell("", true), NOTICE_MS);
    this.draw();
  }
}
