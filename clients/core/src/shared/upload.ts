// The files that a page sends to a component, as it shows them.

import type { Live, LiveError, Upload, UploadOptions, UploadProgress, UploadResult } from "@liveside/client";
import { Store } from "./store.ts";

export interface UploadItem {
  readonly id: string;
  readonly name: string;
  readonly status: "uploading" | "complete" | "error" | "cancelled";
  readonly progress: UploadProgress;
  /** Once it is complete. */
  readonly result: UploadResult | undefined;
  readonly error: LiveError | undefined;
  readonly cancel: () => void;
}

export class UploadStore extends Store<readonly UploadItem[]> {
  readonly #handle: () => Live<any, any>;
  #items: readonly UploadItem[] = [];

  constructor(handle: () => Live<any, any>) {
    super();
    this.#handle = handle;
  }

  // Arrow functions, so that they can be handed on as they are.

  /** Sends a file; it is the last of the list. Await it for the result, or look at the list. */
  readonly start = (file: Blob, options: UploadOptions = {}): Upload => {
    const onProgress = (progress: UploadProgress) => {
      this.#become(upload.id, { progress });
      options.onProgress?.(progress);
    };
    const upload = this.#handle().upload(file, { ...options, onProgress });
    const name = options.filename ?? (file as File).name ?? "upload";
    const { id, progress } = upload;
    const cancel = () => upload.cancel();
    this.#show([...this.#items, { id, name, status: "uploading", progress, result: undefined, error: undefined, cancel }]);
    upload.then(
      (result) => this.#become(id, { status: "complete", progress: upload.progress, result }),
      (error: LiveError) => this.#become(id, { status: error.code === "UPLOAD_CANCELLED" ? "cancelled" : "error", error }),
    );
    return upload;
  };

  /** Takes what has ended off the list. */
  readonly clear = (): void => this.#show(this.#items.filter(({ status }) => status === "uploading"));

  protected read(): readonly UploadItem[] {
    return this.#items;
  }

  // What is sent goes on, whoever looks: it ends with the component.
  protected begin(): void {}
  protected end(): void {}

  #become(id: string, change: Partial<UploadItem>): void {
    this.#show(this.#items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  #show(items: readonly UploadItem[]): void {
    this.#items = Object.freeze(items);
    this.changed();
  }
}

/** Of a handle, or of the one that there is when a file is sent. */
export function uploadStore(handle: Live<any, any> | (() => Live<any, any>)): UploadStore {
  return new UploadStore(typeof handle === "function" ? handle : () => handle);
}
