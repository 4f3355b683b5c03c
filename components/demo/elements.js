// Making elements. All text goes in as text, never as HTML.

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/** A time of day, of milliseconds since 1970. */
export function timeOfDay(at) {
  const time = element("time", "", new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = new Date(at).toISOString();
  return time;
}

/** Makes the children of a list fit its items, by their `id`. What stays is not touched, so it keeps the focus. */
export function list(parent, items, make, update = () => {}) {
  const wanted = new Set(items.map(({ id }) => String(id)));
  for (const child of [...parent.children]) if (!wanted.has(child.dataset.id)) child.remove();
  items.forEach((item, at) => {
    let child = parent.children[at];
    if (child?.dataset.id !== String(item.id)) {
      child = make(item);
      child.dataset.id = item.id;
      parent.insertBefore(child, parent.children[at] ?? null);
    }
    update(child, item);
  });
}
