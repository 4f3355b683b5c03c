// JSON values in tests.

export const JSON_NULL = "null";

/** A value as JSON would bring it. */
export function copy(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The value of JSON text. */
export function read(text) {
  return JSON.parse(text);
}

/** What a host function throws to refuse: the shape that the engine gives it. */
export function refusal(code, message) {
  return Object.assign(new Error(message), { payload: { code, message } });
}
