// The attribute `live-upload`: what is chosen with an element, or dropped on it, is sent. Part of upload.js.
//
// An `<input type="file">` stays what it is. Everything else becomes a drop zone, and a button that opens a file
// chooser, unless an input for files belongs to it already. What becomes of a file is told by events.

import type { Stop, UploadOptions } from "../api.ts";
import type { LiveError } from "../errors.ts";
import type { Upload } from "../uploads.ts";

/** The component that files are for. */
interface Owner {
  upload(file: File, options: UploadOptions): Upload;
}

const ATTRIBUTE = "[live-upload]";
const FILE_INPUT = "input[type=file]";

/** Reached by the keyboard, and clicked by it, without anybody's help. */
const BUTTON = "a[href],button,summary";
/** Elements inside a drop zone whose clicks mean something else. */
const OTHER = `${ATTRIBUTE},[live-click],a,button,input,label,select,summary,textarea`;

export function bindUpload(element: HTMLElement, owner: Owner, Failure: typeof LiveError, early: Event | undefined): Stop {
  const stops: Stop[] = [];

  const changed = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (!input.matches(FILE_INPUT) || isInside(event, element, ATTRIBUTE)) return;
    for (const file of input.files!) {
      // An input tells of no choice that is the same as before, and somebody may want to try again.
      void upload(file).catch(() => (input.value = ""));
    }
  };

  listen("change", changed);
  if (early) changed(early);
  if (!element.matches(FILE_INPUT)) {
    takeDrops();
    openChooser();
  }
  return () => stops.forEach((stop) => stop());

  function takeDrops(): void {
    const isOver = (on: boolean) => void element.classList.toggle("live-dragover", on);
    const isForThis = (event: DragEvent) => event.dataTransfer!.types.includes("Files") && !isInside(event, element, ATTRIBUTE);
    listen("dragover", (event) => {
      const on = isForThis(event);
      isOver(on);
      // Else the browser would show the file in place of the page.
      if (on) event.preventDefault();
    });
    listen("dragleave", ({ relatedTarget }) => element.contains(relatedTarget as Node | null) || isOver(false));
    listen("drop", (event) => {
      isOver(false);
      if (!isForThis(event)) return;
      event.preventDefault();
      for (const file of event.dataTransfer!.files) dropped(file);
    });
    stops.push(() => isOver(false));
  }

  function dropped(file: File): void {
    const accept = element.getAttribute("accept");
    if (!accept || isAccepted(file, accept)) return void upload(file).catch(() => {});
    tell("error", { file, error: new Failure(`${file.name} is not accepted here, only ${accept}`, "UPLOAD_REJECTED") });
  }

  function openChooser(): void {
    const chooser = document.createElement("input");
    chooser.type = "file";
    chooser.multiple = true;
    chooser.addEventListener("change", () => {
      for (const file of chooser.files!) upload(file).catch(() => {});
      chooser.value = "";
    });
    const hasOwn = () => Boolean(element.querySelector(FILE_INPUT) ?? (element as HTMLLabelElement).control);
    const open = (event: Event) => {
      if (event.defaultPrevented || hasOwn()) return;
      event.preventDefault();
      chooser.accept = element.getAttribute("accept") ?? "";
      chooser.click();
    };
    const isButton = element.matches(BUTTON);
    if (!isButton && !hasOwn()) {
      if (!element.hasAttribute("tabindex")) element.tabIndex = 0;
      if (!element.hasAttribute("role")) element.setAttribute("role", "button");
    }
    listen("click", (event) => isInside(event, element, OTHER) || open(event));
    listen("keydown", (event) => {
      const { key, target } = event;
      if (!isButton && target === element && (key === "Enter" || key === " ")) open(event);
    });
  }

  async function upload(file: File): Promise<void> {
    const upload = owner.upload(file, { onProgress: (progress) => tell("progress", { file, upload, progress }) });
    tell("start", { file, upload });
    try {
      const result = await upload;
      tell("complete", { file, upload, result });
    } catch (error) {
      tell("error", { file, upload, error });
      throw error;
    }
  }

  function tell(what: string, detail: object): void {
    element.dispatchEvent(new CustomEvent(`liveside:upload-${what}`, { bubbles: true, detail }));
  }

  function listen<K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void): void {
    element.addEventListener(type, listener);
    stops.push(() => element.removeEventListener(type, listener));
  }
}

/** It happened to something of this kind, below the element. */
function isInside(event: Event, element: HTMLElement, kind: string): boolean {
  const path = event.composedPath();
  return path.slice(0, Math.max(path.indexOf(element), 0)).some((node) => (node as Element).matches?.(kind));
}

/** By a list as an input has it: `.pdf, image/*, text/plain`. */
function isAccepted({ name, type }: File, accept: string): boolean {
  return accept
    .toLowerCase()
    .split(",")
    .map((kind) => kind.trim())
    .some((kind) => {
      if (kind.startsWith(".")) return name.toLowerCase().endsWith(kind);
      return kind.endsWith("/*") ? type.startsWith(kind.slice(0, -1)) : type === kind;
    });
}
