// Between JavaScript's values and what crosses to the daemon: JSON text and bytes.

/** JSON text of a value; `undefined` is null. */
export function jsonOrNull(value) {
  return JSON.stringify(value) ?? "null";
}

/** JSON text of a value; `undefined` is nothing. */
export function jsonOrNothing(value) {
  return value === undefined ? null : (JSON.stringify(value) ?? null);
}

/** The value of JSON text; nothing is `undefined`. */
export function parse(text) {
  return text == null ? undefined : JSON.parse(text);
}

/** Bytes of a text, or the bytes as they are. */
export function encode(value) {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("Bytes are text, a Uint8Array or an ArrayBuffer");
}

/** The text of UTF-8 bytes. */
export function decode(bytes) {
  return new TextDecoder().decode(bytes);
}
