// The file of the upload card: what this page sends of it, how it looks when it is there, and what went wrong.

import { handleOf } from "/live/client.js";

const card = document.querySelector("#upload");
const part = (id) => card.querySelector(`[data-testid="upload-${id}"]`);
const [zone, input, picture, kind, status, problem] = ["zone", "input", "picture", "kind", "status", "error"].map(part);
const views = [...zone.querySelectorAll("[data-view]")];
const component = handleOf(card);

/** What this page sends, the latest last. After a reload that is nothing, whatever the state says. */
const sending = new Set();
/** Why a file was not taken, in the words of the daemon or the component: the state knows nothing of it. */
let refusal = "";
/** The status and the file that were looked at last. */
let last = [];
/** The address of a picture that this browser cannot show. */
let unshowable;

component.subscribe(look);
component.subscribe("$error", look);

card.addEventListener("liveside:upload-start", ({ detail: { upload } }) => sending.add(upload));
card.addEventListener("liveside:upload-progress", ({ detail: { upload } }) => replaceThoseBefore(upload));
card.addEventListener("liveside:upload-complete", ({ detail: { upload } }) => {
  replaceThoseBefore(upload);
  sending.delete(upload);
});
card.addEventListener("liveside:upload-error", ({ detail: { upload, error } }) => {
  // What was given up has left the set already, and is no error. What was not even begun never was in it.
  if (upload && !sending.delete(upload)) return;
  refusal = error.message;
  // The same words once more are news, too.
  problem.textContent = "";
  look();
});

part("cancel").addEventListener("click", () => {
  // In this order: the component lets go of the file, and then has nothing to say of its end.
  component.reset().catch(() => {});
  for (const upload of sending) giveUp(upload);
});

picture.addEventListener("error", () => {
  unshowable = component.state.fileUrl;
  look();
});

/** The component follows the latest file that it took. Those before it need not be sent to their ends. */
function replaceThoseBefore(upload) {
  if (!sending.has(upload)) return;
  for (const other of sending) {
    if (other === upload) return;
    giveUp(other);
  }
}

function giveUp(upload) {
  sending.delete(upload);
  upload.cancel();
}

function look() {
  const { status: now = "idle", fileName, error } = component.state;
  if (now !== last[0] || fileName !== last[1]) {
    refusal = "";
    say(status, words(now, fileName, last[0]));
    last = [now, fileName];
  }
  const { bytesUploaded = 0, totalBytes = 0 } = component.state;
  say(part("bytes"), `${size(bytesUploaded)} of ${size(totalBytes)}`);
  // First, for what leads nowhere cannot have the focus.
  if (now === "complete") showFile(component.state);
  show(now === "error" ? "idle" : now);
  const wrong = refusal || error || component.$error?.message || "";
  say(problem, wrong);
  problem.hidden = !wrong;
}

/** What a screen reader hears, once for each step. What went wrong is told elsewhere. */
function words(now, fileName, before) {
  if (now === "uploading") return `Uploading ${fileName}`;
  if (now === "complete") return `${fileName} is there`;
  return now === "idle" && before === "uploading" ? "Cancelled" : "";
}

/** One of the views. If what had the focus goes with its view, the next one's first control has it. */
function show(name) {
  const [before, next] = [views.find((view) => !view.hidden), views.find((view) => view.dataset.view === name)];
  if (before === next) return;
  const hadFocus = before.contains(document.activeElement);
  before.hidden = true;
  next.hidden = false;
  if (hadFocus) next.querySelector("[data-focus]").focus();
  // The same file may be chosen once more, and no picture is seen in place of the next.
  if (name === "idle") input.value = "";
  if (name !== "complete") picture.removeAttribute("src");
}

function showFile({ fileName, fileSize, fileType, fileUrl, preview }) {
  for (const id of ["open", "download"]) part(id).href = fileUrl;
  part("download").download = fileName;
  say(part("size"), size(fileSize));
  const isPicture = fileType.startsWith("image/") && fileUrl !== unshowable;
  if (isPicture && picture.getAttribute("src") !== fileUrl) picture.src = fileUrl;
  picture.alt = `Preview of ${fileName}`;
  picture.hidden = !isPicture;
  say(kind, fileType === "text/plain" ? "TEXT" : fileType.split("/")[1].toUpperCase());
  kind.hidden = isPicture || preview !== null;
}

/** "1.3 MB", in the words of the reader's language. */
function size(bytes) {
  const [unit, divisor] = bytes < 1e3 ? ["byte", 1] : bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const unitDisplay = divisor === 1 ? "long" : "short";
  const maximumFractionDigits = divisor < 1e6 ? 0 : 1;
  return new Intl.NumberFormat([], { style: "unit", unit, unitDisplay, maximumFractionDigits }).format(bytes / divisor);
}

/** Writes only what differs: screen readers announce every write to a live region. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
