// Values on their way to the wire and back.

import type { Frame, Message } from "./api.ts";
import { LiveError } from "./errors.ts";

/** A copy that holds what JSON can hold. Throws where there is a cycle in it, for example. */
export function copyOf<T>(value: T): T {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw new LiveError((error as Error).message, "INVALID_PAYLOAD");
  }
}

/** Bytes that a message carries: as they are in MessagePack, in base64 in JSON. */
export function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0)) : data;
}

/** A chunk where messages are JSON: the length of its header, its header, its bytes. */
export function framed(header: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(header);
  const frame = new Uint8Array(4 + head.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, head.length, true);
  frame.set(head, 4);
  frame.set(bytes, 4 + head.length);
  return frame;
}

export function describeFrame(direction: Frame["direction"], data: unknown, messages: Message[]): Frame {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data).length : (data as Uint8Array).byteLength;
  return { direction, messages, bytes, at: performance.now() };
}
