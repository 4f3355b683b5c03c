// The sheet that a page in development shows when a component does not build. A file of its own:
// `reload.ts` loads it when it is needed.
//
// The error text comes from a compiler that read somebody's source, so it only ever enters the page as
// text nodes. The styles are a constructed sheet, which a Content-Security-Policy does not forbid.

const STYLES = `
:host { all: initial; position: fixed; inset: 0; z-index: 2147483647; display: grid; align-items: end;
  color-scheme: light dark; background: rgb(10 12 20 / .45); font: 15px/1.5 system-ui, sans-serif; }
section { box-sizing: border-box; width: min(72rem, 100%); max-height: 80vh; margin: 0 auto; display: grid;
  grid-template-rows: auto minmax(0, 1fr) auto; border-radius: 14px 14px 0 0; overflow: hidden; outline: none;
  color: #1d2433; background: #fff; border-top: 4px solid #d92d3f; box-shadow: 0 -8px 40px rgb(0 0 0 / .3); }
header { display: flex; gap: 1rem; align-items: center; padding: 1rem 1.25rem; }
h1 { flex: 1; margin: 0; font-size: 1.05rem; font-weight: 650; }
h1 code { font: inherit; color: #b4202f; }
button { font: inherit; font-size: .85rem; padding: .35rem .8rem; border-radius: 8px; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid #c8cedb; }
button:hover { background: rgb(127 127 127 / .12); }
button:focus-visible, pre:focus-visible { outline: 2px solid #3b6cf6; outline-offset: 2px; }
pre { margin: 0; padding: 1rem 1.25rem; overflow: auto; tab-size: 4; font: 13px/1.55 ui-monospace, "SF Mono",
  Menlo, Consolas, "DejaVu Sans Mono", monospace; background: #f6f7fa; border-block: 1px solid #e3e7ef; }
pre:focus-visible { outline-offset: -2px; }
footer { padding: .75rem 1.25rem; font-size: .85rem; color: #55607a; }
.red { color: #b4202f } .green { color: #17743c } .yellow { color: #8a5a00 } .blue { color: #1e54c9 }
.magenta { color: #8e2bb0 } .cyan { color: #0b6e80 } .bold { font-weight: 700 }
@media (prefers-color-scheme: dark) {
  section { color: #e6eaf3; background: #171b26; border-top-color: #ff6372; }
  h1 code { color: #ff8d98; }
  button { border-color: #3d465b; }
  pre { background: #0f121a; border-color: #272e3e; }
  footer { color: #98a3ba; }
  .red { color: #ff7b88 } .green { color: #6fd693 } .yellow { color: #f0c264 } .blue { color: #86aaff }
  .magenta { color: #da9bf2 } .cyan { color: #66d3e4 }
}`;

/** Everything that a terminal would take as a command instead of text: colours, links, cursor moves. */
const ESCAPES = /\x1b(?:\[([\d;:]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;
const COLOURS = ["", "red", "green", "yellow", "blue", "magenta", "cyan"];

/** Text for a terminal as nodes: the colours kept, everything else that is not text left out. */
export function renderTerminalText(text: string): Node[] {
  const nodes: Node[] = [];
  let bold = false;
  let colour = "";
  const add = (part: string) => {
    if (!part) return;
    const span = document.createElement("span");
    span.className = [colour, bold ? "bold" : ""].join(" ").trim();
    span.textContent = part;
    nodes.push(span.className ? span : document.createTextNode(part));
  };
  let end = 0;
  for (const match of text.matchAll(ESCAPES)) {
    add(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[2] !== "m") continue;
    const codes = match[1]!.split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      if (code === 0) (bold = false), (colour = "");
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) colour = "";
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour = COLOURS[code % 10] ?? "";
      else if (code === 38 || code === 48) {
        // `38;5;N`, one of 256 colours: the first 16 are the named ones. `38;2;R;G;B` is left out.
        const indexed = codes[i + 1] === 5;
        if (code === 38) colour = indexed ? (COLOURS[codes[i + 2]! < 16 ? codes[i + 2]! % 8 : 0] ?? "") : "";
        i += indexed ? 2 : 4;
      }
    }
  }
  add(text.slice(end));
  return nodes;
}

export class BuildError {
  readonly #host = document.createElement("liveside-build-error");
  readonly #title = document.createElement("h1");
  readonly #text = document.createElement("pre");
  readonly #sheet = document.createElement("section");
  #focusBefore: Element | null = null;

  constructor() {
    const styles = new CSSStyleSheet();
    styles.replaceSync(STYLES);
    const shadow = this.#host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styles];

    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close (Esc)";
    close.dataset.testid = "overlay-close";
    close.addEventListener("click", () => this.hide());

    const header = document.createElement("header");
    header.append(this.#title, close);
    this.#title.id = "title";
    this.#title.dataset.testid = "overlay-title";
    this.#text.dataset.testid = "overlay-text";
    this.#text.tabIndex = 0;
    const footer = document.createElement("footer");
    footer.textContent = "The version before goes on working. This closes by itself once the component builds again.";

    this.#host.dataset.testid = "overlay";
    this.#sheet.setAttribute("role", "alertdialog");
    this.#sheet.setAttribute("aria-labelledby", "title");
    this.#sheet.tabIndex = -1;
    this.#sheet.append(header, this.#text, footer);
    shadow.append(this.#sheet);
  }

  show(component: string | null, text: string): void {
    const name = document.createElement("code");
    name.textContent = component ?? "A component";
    this.#title.replaceChildren(name, " does not build");
    this.#text.replaceChildren(...renderTerminalText(text));
    if (this.#host.isConnected) return;
    this.#focusBefore = document.activeElement;
    document.body.append(this.#host);
    document.addEventListener("keydown", this.#escape);
    this.#sheet.focus();
  }

  hide(): void {
    if (!this.#host.isConnected) return;
    document.removeEventListener("keydown", this.#escape);
    this.#host.remove();
    (this.#focusBefore as HTMLElement | null)?.focus?.();
  }

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.hide();
  };
}
