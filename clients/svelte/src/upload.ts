// Uploads as a store: the list of files, the newest last.

import { type UploadItem, type UploadStore, uploadStore } from "@liveside/client/shared";
import type { Readable } from "svelte/store";
import type { ComponentReadable } from "./live.ts";
import { readableOf } from "./store.ts";

export interface UploadReadable extends Readable<readonly UploadItem[]> {
  /** Sends a file. Await it for the result, or look at the list. */
  readonly start: UploadStore["start"];
  /** Takes what has ended off the list. */
  clear(): void;
}

export function upload(component: ComponentReadable<any, any>): UploadReadable {
  const store = uploadStore(() => component.handle);
  return { ...readableOf(store), start: store.start, clear: store.clear };
}
