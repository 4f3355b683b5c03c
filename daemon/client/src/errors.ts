// The one error type of the client. Its codes are listed in api.ts.

import type { Message } from "./api.ts";

export class LiveError extends Error {
  readonly code: string;
  readonly action: string | undefined;

  constructor(message: string, code: string, action?: string) {
    super(message);
    this.name = "LiveError";
    this.code = code;
    this.action = action;
  }
}

/** The failure that a refusing reply or a pushed `ERROR` tells. Senders differ in where they put the text. */
export function errorOf(message: Message, code: string, action?: string): LiveError {
  return new LiveError(
    message.error ?? message.payload?.error ?? "The server gave no reason",
    message.code ?? code,
    action ?? message.payload?.action,
  );
}
