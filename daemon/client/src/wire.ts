// Frames and messages: text to objects and back. A frame is one message or an array of them.

import type { Frame, Message } from "./api.ts";

/** The messages of a frame; none if it is not what the protocol allows. */
export function decode(text: string): Message[] {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return [];
  }
  return (Array.isArray(frame) ? frame : [frame]).filter((message) => typeof message?.type === "string");
}

export function describeFrame(direction: Frame["direction"], text: string, messages: Message[]): Frame {
  return { direction, messages, bytes: new TextEncoder().encode(text).length, at: performance.now() };
}
