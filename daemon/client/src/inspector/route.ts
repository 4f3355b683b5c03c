// Where one is on the page, as the address's hash says it: `#/instances/ID?filter=TEXT`. No key ever stands there.

export const VIEWS = ["instances", "rooms", "connections", "modules", "swaps", "tail"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** The instance's id, or the room's name, whose panel is open. */
  open: string | null;
  filter: string;
}

const HAVE_PANEL: readonly View[] = ["instances", "rooms"];

/** Anything that is no address of this page leads to its beginning. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [name, ...rest] = path.split("/");
  const view = VIEWS.find((view) => view === name);
  if (!view) return { view: "instances", open: null, filter: "" };
  const open = HAVE_PANEL.includes(view) ? decoded(rest.join("/")) : "";
  return { view, open: open || null, filter: new URLSearchParams(query).get("filter") ?? "" };
}

export function formatRoute({ view, open, filter }: Route): string {
  const query = filter ? `?${new URLSearchParams({ filter })}` : "";
  return `#/${view}${open === null ? "" : `/${encodeURIComponent(open)}`}${query}`;
}

export const linkTo = (view: View, open: string | null = null, filter = ""): string => formatRoute({ view, open, filter });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
