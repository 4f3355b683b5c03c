// Uploads as a composable.

import type { Live, LiveError, UploadProgress, UploadResult } from "@liveside/client";
import { type UploadItem, type UploadStore, uploadStore } from "@liveside/client/shared";
import { type ComputedRef, type ShallowRef, computed } from "vue";
import { useStore } from "./store.ts";

export interface UseUpload {
  /** Sends a file. Await it for the result, or look at what follows. */
  readonly upload: UploadStore["start"];
  /** All files of this composable, the newest last. */
  readonly uploads: Readonly<ShallowRef<readonly UploadItem[]>>;
  // Of the newest:
  readonly status: ComputedRef<UploadItem["status"] | "idle">;
  readonly progress: ComputedRef<UploadProgress | undefined>;
  readonly result: ComputedRef<UploadResult | undefined>;
  readonly error: ComputedRef<LiveError | undefined>;
  cancel(): void;
  /** Takes what has ended off the list. */
  clear(): void;
}

export function useUpload(handle: Live<any, any>): UseUpload {
  const store = uploadStore(handle);
  const uploads = useStore(store);
  const newest = computed(() => uploads.value.at(-1));
  return {
    upload: store.start,
    uploads,
    status: computed(() => newest.value?.status ?? "idle"),
    progress: computed(() => newest.value?.progress),
    result: computed(() => newest.value?.result),
    error: computed(() => newest.value?.error),
    cancel: () => newest.value?.cancel(),
    clear: store.clear,
  };
}
