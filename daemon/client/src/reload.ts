// Development: the page is told of hot swaps and of builds that failed. The overlay that shows a failed
// build is a file of its own, so that pages in production never load it.

import type { Message } from "./api.ts";
import type { BuildError } from "./overlay.ts";

let overlayUrl: string | undefined;
let overlay: Promise<BuildError> | undefined;

/** Told by the entry points: the overlay lies beside the client script. */
export function overlayBeside(script: string | undefined): void {
  if (script) overlayUrl = new URL("overlay.js", script).href;
}

export function showReload(message: Message): void {
  if (message.ok) {
    overlay?.then((it) => it.hide(), () => {});
    const { component, version } = message;
    document.dispatchEvent(new CustomEvent("liveside:reload", { detail: { component, version } }));
    return;
  }
  console.error(`liveside: ${message.component ?? "a component"} does not build\n${message.error}`);
  if (!overlayUrl) return;
  overlay ??= import(/* @vite-ignore */ overlayUrl).then((module) => new module.BuildError());
  // Through the promise, so that a success that follows at once hides what is still being loaded.
  overlay!.then(
    (it) => it.show(message.component, message.error),
    () => (overlay = undefined),
  );
}
