// Development: the page is told of hot swaps and of builds that failed. The overlay that shows a failed
// build is a file of its own, so that pages in production never load it.

import type { Message } from "./api.ts";
import { loadBeside } from "./beside.ts";
import type { BuildError } from "./overlay.ts";

let overlay: Promise<BuildError> | undefined;

export function showReload(message: Message): void {
  if (message.ok) {
    overlay?.then((it) => it.hide(), () => {});
    const { component, version } = message;
    document.dispatchEvent(new CustomEvent("liveside:reload", { detail: { component, version } }));
    return;
  }
  console.error(`liveside: ${message.component ?? "a component"} does not build\n${message.error}`);
  overlay ??= loadBeside("overlay.js").then((module) => new module.BuildError());
  // Through the promise, so that a success that follows at once hides what is still being loaded.
  overlay.then(
    (it) => it.show(message.component, message.error),
    () => (overlay = undefined),
  );
}
