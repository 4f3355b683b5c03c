// Uploads as a hook.

import type { Live, LiveError, UploadProgress, UploadResult } from "@liveside/client";
import { type UploadItem, type UploadStore, uploadStore } from "@liveside/client/shared";
import { useMemo } from "react";
import { useStore } from "./store.ts";

export interface UseUpload {
  /** Sends a file. Await it for the result, or look at what follows. */
  readonly upload: UploadStore["start"];
  /** All files of this hook, the newest last. */
  readonly uploads: readonly UploadItem[];
  // Of the newest:
  readonly status: UploadItem["status"] | "idle";
  readonly progress: UploadProgress | undefined;
  readonly result: UploadResult | undefined;
  readonly error: LiveError | undefined;
  readonly cancel: () => void;
  /** Takes what has ended off the list. */
  readonly clear: () => void;
}

export function useUpload(handle: Live<any, any>): UseUpload {
  const store = useMemo(() => uploadStore(handle), [handle]);
  const uploads = useStore(store);
  const newest = uploads.at(-1);
  return {
    upload: store.start,
    uploads,
    status: newest?.status ?? "idle",
    progress: newest?.progress,
    result: newest?.result,
    error: newest?.error,
    cancel: newest?.cancel ?? nothing,
    clear: store.clear,
  };
}

function nothing(): void {}
