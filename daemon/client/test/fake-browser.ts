// A browser with tabs: they share one local storage and one lock manager; each has a session storage of its own, and
// each page that is loaded in it has the script anew, as it was built.

import { vi } from "vitest";
import classicScript from "../dist/client.global.js?raw";
import type { live } from "../src/live.ts";

/** Loads a page without attributes: its `live`, which knows nothing of any page before. */
export function loadPage(): typeof live {
  // Nothing ends what a script started when it was loaded.
  vi.stubGlobal("MutationObserver", class { observe() {} });
  document.body.innerHTML = "";
  window.eval(classicScript);
  return window.live;
}

interface Held {
  tab: Tab;
  release(): void;
}

/** What waits for a lock. */
interface Asking extends Held {
  grant(): void;
}

export class FakeBrowser {
  readonly held = new Map<string, Held>();
  readonly asking = new Map<string, Asking[]>();

  tab(copyOf?: Tab): Tab {
    return new Tab(this, new Map(copyOf?.session));
  }

  release(name: string): void {
    this.held.delete(name);
    this.asking.get(name)?.shift()?.grant();
  }
}

export class Tab {
  readonly session: Map<string, string>;
  readonly #browser: FakeBrowser;

  constructor(browser: FakeBrowser, session: Map<string, string>) {
    this.#browser = browser;
    this.session = session;
  }

  /** Loads a page: its `live`. What runs from now on runs in this tab. */
  load(): typeof live {
    const { session } = this;
    vi.stubGlobal("sessionStorage", {
      getItem: (key: string) => session.get(key) ?? null,
      setItem: (key: string, value: string) => void session.set(key, value),
    });
    Object.defineProperty(navigator, "locks", { configurable: true, value: { request: this.#request } });
    return loadPage();
  }

  /** The page goes, and the browser lets go of its locks. */
  leave(): void {
    for (const [name, { tab }] of this.#browser.held) if (tab === this) this.#browser.release(name);
  }

  readonly #request = (name: string, options: { ifAvailable?: true; signal?: AbortSignal }, use: (lock: object | null) => unknown) =>
    new Promise((resolve, reject) => {
      const browser = this.#browser;
      const grant = () => {
        const held = { tab: this, release: () => browser.release(name) };
        browser.held.set(name, held);
        // Asynchronous, as all that locks do.
        queueMicrotask(async () => {
          resolve(await use({ name }));
          if (browser.held.get(name) === held) browser.release(name);
        });
      };
      if (!browser.held.has(name)) return grant();
      if (options.ifAvailable) return queueMicrotask(() => resolve(use(null)));
      const waiting = { tab: this, release: () => {}, grant };
      browser.asking.set(name, [...(browser.asking.get(name) ?? []), waiting]);
      options.signal?.addEventListener("abort", () => {
        browser.asking.set(name, browser.asking.get(name)!.filter((other) => other !== waiting));
        reject(new DOMException("Aborted", "AbortError"));
      });
    });
}

/** Takes the locks away again: a window is without them, as on a page that is not served securely. */
export function withoutLocks(): void {
  Reflect.deleteProperty(navigator, "locks");
}
