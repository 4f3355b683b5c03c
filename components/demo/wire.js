// The list of frames: what the page and the daemon say to each other, newest first.

import { element } from "./elements.js";

const KEPT = 60;

export function showFrames(connection, list, totals) {
  /** The requests that are not answered yet: when each was sent and what it was about. */
  const requests = new Map();
  /** The component behind each id. */
  const names = new Map();
  let count = 0;
  let bytes = 0;

  connection.onFrame((frame) => {
    const { direction, messages, at } = frame;
    for (const message of messages) learn(message);
    const [first] = messages;
    if (!first) return;
    const request = direction === "in" ? requests.get(first.requestId) : undefined;
    requests.delete(first.requestId);
    const about = request?.about ?? messages.map(subject).join(", ");
    if (direction === "out" && first.requestId) requests.set(first.requestId, { at, about });
    show(row(frame, about, request && at - request.at));
    while (list.children.length > KEPT) list.lastElementChild.remove();
    count += 1;
    bytes += frame.bytes;
    totals.textContent = `${count} frames · ${(bytes / 1024).toFixed(1)} KiB`;
  });

  /** What comes again and again, a tick of the clock, takes the place of the one before: the rest stays in sight. */
  function show(item) {
    const newest = list.firstElementChild;
    if (item.dataset.again && newest?.dataset.again === item.dataset.again && !newest.querySelector("[open]")) newest.remove();
    list.prepend(item);
  }

  function learn({ type, componentId, payload, result, requestId }) {
    if (type === "COMPONENT_MOUNT" || type === "COMPONENT_REHYDRATE") names.set(requestId, payload.component);
    if (type === "COMPONENT_MOUNTED" && result) names.set(result.componentId, names.get(requestId));
    if (type === "COMPONENT_REHYDRATED" && result) names.set(result.newComponentId, names.get(requestId));
    if (type === "COMPONENT_UNMOUNT") names.delete(componentId);
  }

  function row({ direction, messages, bytes }, about, took) {
    const [first] = messages;
    const summary = element("summary");
    summary.append(
      element("span", "arrow", direction === "in" ? "↓" : "↑"),
      element("span", "type", first.type + (messages.length > 1 ? ` ×${messages.length}` : "")),
      element("span", "what", about),
      element("span", "bytes", String(bytes)),
      element("span", "ms", took === undefined ? "" : took.toFixed(1)),
    );
    const details = element("details");
    details.append(summary);
    // The text of a frame is made only for who opens it.
    details.addEventListener(
      "toggle",
      () => details.append(element("pre", "", messages.map((message) => JSON.stringify(message, null, 2)).join("\n"))),
      { once: true },
    );
    const item = element("li", direction);
    item.dataset.type = first.type;
    item.dataset.direction = direction;
    if (direction === "in" && messages.every((message) => message.type === "STATE_DELTA")) item.dataset.again = about;
    if (first.success === false || first.type === "ERROR") item.classList.add("failed");
    item.append(details);
    return item;
  }

  /** The few words that tell one message from another of its type. */
  function subject({ type, componentId, requestId, action, property, payload, component, version }) {
    const name = (names.get(componentId) ?? names.get(requestId) ?? "").replace(/^Live/, "");
    const keys = Object.keys(payload?.delta ?? payload?.state ?? {}).join(" ");
    const reload = type === "DEV_RELOAD" ? [component, version].filter(Boolean).join(" ") : "";
    return [name, action ?? property ?? payload?.action ?? keys, reload].filter(Boolean).join(" · ");
  }
}
