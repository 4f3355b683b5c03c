// State of another version.

/** By the author's `static migrate(from, state)`; without it, the keys whose values are still of the same kind. */
export function migrate({ Class, defaults }, fromVersion, text) {
  const state = JSON.parse(text);
  if (typeof Class.migrate === "function") return JSON.stringify(Class.migrate(fromVersion, state) ?? state);
  const kept = Object.entries(state).filter(([key, value]) => key in defaults && fits(value, defaults[key]));
  return JSON.stringify(Object.fromEntries(kept));
}

/** `null` says nothing of what else a field may hold. */
function fits(value, byDefault) {
  return value === null || byDefault === null || kind(value) === kind(byDefault);
}

function kind(value) {
  return Array.isArray(value) ? "list" : typeof value;
}
