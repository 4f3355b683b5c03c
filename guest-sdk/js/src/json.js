// What of JavaScript's values JSON has.

/** What JSON makes something else of, without a word. */
const UNFIT = [Map, Set, Date, ArrayBuffer, Promise];

/** Whether a value may change inside. */
export function isObject(value) {
  return value !== null && typeof value === "object";
}

/** JSON text of a field of a component; `undefined` is null. */
export function textOf(key, value, component) {
  const unfit = unfitness(value);
  if (unfit) {
    throw new TypeError(
      `The field \`${key}\` of ${component} holds a ${unfit}, which JSON does not have: ` +
        "use a plain object, a list, text or a number",
    );
  }
  return JSON.stringify(value ?? null);
}

/** What a browser would get something else of, or nothing. */
function unfitness(value) {
  switch (typeof value) {
    case "object":
      if (value === null || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) return null;
      if (ArrayBuffer.isView(value)) return value.constructor.name;
      return UNFIT.find((type) => value instanceof type)?.name;
    case "function":
    case "symbol":
    case "bigint":
      return typeof value;
    default:
      return null;
  }
}
