// How the messages of a connection are written: as JSON, or as MessagePack where the page asks for it and the
// server knows it. A frame is one message or an array of them, or a chunk of a file.

import type { Message } from "./api.ts";
import { loadBeside } from "./beside.ts";
import { framed } from "./wire.ts";

/** What `msgpack.js` exports. */
export interface Codec {
  /** The WebSocket subprotocol that stands for it. */
  protocol: string;
  encode(message: Message): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): unknown;
}

export class Encoding {
  /** While the codec is on its way. */
  loading: Promise<void> | undefined;
  #codec: Codec | undefined;
  /** The codec that the open socket speaks; none for JSON. */
  #spoken: Codec | undefined;
  #offered = false;
  /** Offers in a row that no socket came of. */
  #vain = 0;
  /**
   * Browsers give a socket up when the server selects nothing of what they offer. So after this many offers in vain one
   * try is made without: soon where the server has never selected it, later where it has and may be starting again.
   */
  #patience = 1;

  /** Asks for MessagePack, from the next socket on. */
  preferMsgpack(): void {
    if (this.#codec || this.loading) return;
    this.loading = loadBeside("msgpack.js").then(
      (codec) => {
        this.#codec = codec;
        this.loading = undefined;
      },
      (error) => {
        console.error("liveside: messages go as JSON, since MessagePack could not be loaded:", error);
        this.loading = undefined;
      },
    );
  }

  /** The subprotocols to offer for a new socket. */
  offer(): string[] {
    this.#spoken = undefined;
    this.#offered = this.#codec !== undefined && this.#vain < this.#patience;
    return this.#offered ? [this.#codec!.protocol] : [];
  }

  /** The socket is open, and this is what the server has selected. */
  selected(protocol: string): void {
    if (!this.#offered || protocol !== this.#codec!.protocol) return;
    this.#spoken = this.#codec;
    this.#patience = 4;
    this.#vain = 0;
  }

  /** The socket did not open. */
  failed(): void {
    this.#vain = this.#offered ? this.#vain + 1 : 0;
  }

  /** With bytes, the message is the header of a chunk. */
  encode(message: Message, bytes?: Uint8Array): string | Uint8Array<ArrayBuffer> {
    const text = JSON.stringify(message);
    // By way of JSON: dates, `undefined` and `toJSON` then mean the same in both.
    if (this.#spoken) return this.#spoken.encode({ ...JSON.parse(text), ...(bytes && { data: bytes }) });
    return bytes ? framed(text, bytes) : text;
  }

  /** The messages of a frame; none if it is not what the protocol allows. */
  decode(data: unknown): Message[] {
    let frame: unknown;
    try {
      frame = typeof data === "string" ? JSON.parse(data) : this.#spoken?.decode(new Uint8Array(data as ArrayBuffer));
    } catch {
      return [];
    }
    return (Array.isArray(frame) ? frame : [frame]).filter((message) => typeof message?.type === "string");
  }
}
