// Files that browsers have uploaded to the mount.

import { ask } from "../errors.js";
import { host } from "../host.js";

const PIECE_BYTES = 64 * 1024;

/** The bytes of finished uploads. */
export class Uploads {
  /** Up to `length` bytes from `offset` on; none are left where the list is empty. */
  read(upload, offset = 0, length = PIECE_BYTES) {
    return Uint8Array.from(ask(host().uploads.read, upload, offset, length));
  }

  /** The whole file, piece by piece: `for (const bytes of this.context.uploads.pieces(id))`. */
  *pieces(upload, length = PIECE_BYTES) {
    for (let offset = 0; ; ) {
      const bytes = this.read(upload, offset, length);
      if (bytes.length === 0) return;
      yield bytes;
      offset += bytes.length;
    }
  }
}
