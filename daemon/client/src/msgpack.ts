// MessagePack, served as `/live/msgpack.js`. A file of its own: encoding.ts loads it when a page asks for it.

import { Decoder, Encoder } from "@msgpack/msgpack";
import type { Message } from "./api.ts";
import type { Codec } from "./encoding.ts";

const encoder = new Encoder();
const decoder = new Decoder();

export const protocol = "live.msgpack";

export const encode = (message: Message): Uint8Array<ArrayBuffer> => encoder.encode(message);

export const decode = (bytes: Uint8Array): unknown => decoder.decode(bytes);

({ protocol, encode, decode }) satisfies Codec;
