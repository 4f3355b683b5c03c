// The errors that an author meets, and how each is told to the daemon.

/**
 * An error that the author means. Its message is a sentence for the user; changes made before it are kept.
 * A plain `Error` is the same as a LiveError with the code `failed`.
 */
export class LiveError extends Error {
  /** @param {string} message @param {"failed"|"invalid-payload"|"denied"|"limit"|"not-callable"} [code] */
  constructor(message, code = "failed") {
    super(message);
    this.name = "LiveError";
    this.code = code;
  }

  /** This user may not. */
  static denied(message) {
    return new LiveError(message, "denied");
  }

  /** The payload is not what the action takes. */
  static invalidPayload(message) {
    return new LiveError(message, "invalid-payload");
  }
}

/** Why the daemon refused a call of the context. The call changed nothing. */
export class HostError extends Error {
  /** @param {string} message @param {string} code One of `error-code` in wit/types.wit. */
  constructor(message, code) {
    super(message);
    this.name = "HostError";
    this.code = code;
  }
}

/** Calls a host function. Its refusals come as `payload` of an engine's error; they become a HostError. */
export function ask(call, ...args) {
  try {
    return call(...args);
  } catch (error) {
    const refusal = error?.payload;
    if (typeof refusal?.code !== "string") throw error;
    throw new HostError(refusal.message, refusal.code);
  }
}

// What an engine throws when a program is wrong. Subclasses that authors make are no such thing.
const BUGS = new Set(
  ["TypeError", "RangeError", "ReferenceError", "SyntaxError", "URIError", "EvalError", "InternalError"]
    .map((name) => globalThis[name])
    .filter(Boolean),
);

/** Whether the author did not expect the error: the same as a crash. */
export function isBug(error) {
  return !(error instanceof Error) || BUGS.has(error.constructor);
}

/** What the daemon is told of an error. */
export function failure(error) {
  if (isBug(error)) return { code: "crashed", message: describe(error) };
  const message = error.message || error.name;
  if (error instanceof LiveError) return { code: error.code, message };
  if (error instanceof HostError && error.code === "limit") return { code: "limit", message };
  return { code: "failed", message };
}

/** An error with its stack, which only some engines begin with the message. */
export function describe(error) {
  if (!(error instanceof Error)) return `Something that is no Error was thrown: ${shown(error)}`;
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? "";
  return (stack.startsWith(head) ? stack : `${head}\n${stack}`).trimEnd();
}

function shown(value) {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
