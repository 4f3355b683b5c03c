// The uploads of the fake server: files are kept in memory. What the daemon refuses, limits or gives up is left out.

import { createHash } from "node:crypto";

export class FakeUploads {
  maxChunkSize = 1 << 20;
  /** By id. */
  #underWay = new Map();
  /** Finished files by their URL. */
  #files = new Map();

  /** A finished file: its bytes and its type. */
  file(url) {
    return this.#files.get(url);
  }

  /** As a restart does. */
  forget() {
    this.#underWay.clear();
  }

  /** The reply to a message, with the bytes of a chunk as its `data`. */
  answer(message) {
    const { type, componentId, uploadId, requestId } = message;
    const reply = { componentId, uploadId, requestId };
    if (type === "FILE_UPLOAD_START") return { type: "FILE_UPLOAD_START_RESPONSE", ...reply, ...this.#start(message) };
    const upload = this.#underWay.get(uploadId);
    if (!upload) {
      const failure = { success: false, failed: true, code: "UPLOAD_REJECTED", error: "There is no such upload" };
      return { type: type === "FILE_UPLOAD_CHUNK" ? "FILE_UPLOAD_ERROR" : type, ...reply, ...failure };
    }
    if (type === "FILE_UPLOAD_CHUNK") return { type: "FILE_UPLOAD_PROGRESS", ...reply, ...take(upload, message) };
    if (type === "FILE_UPLOAD_COMPLETE") return { type, ...reply, ...this.#complete(upload) };
    this.#underWay.delete(uploadId);
    return { type: "FILE_UPLOAD_CANCELLED", ...reply, success: true };
  }

  #start({ uploadId, filename, fileType, fileSize, chunkSize }) {
    if (!this.#underWay.has(uploadId)) {
      this.#underWay.set(uploadId, { filename, fileType, fileSize, taken: [], kept: new Map(), received: 0 });
    }
    const { received, taken } = this.#underWay.get(uploadId);
    const size = Math.min(chunkSize, this.maxChunkSize);
    const { maxChunkSize } = this;
    const sizes = { chunkSize: size, maxChunkSize, totalChunks: Math.ceil(fileSize / size) };
    return { success: true, ...sizes, bytesUploaded: received, nextChunk: taken.length };
  }

  #complete(upload) {
    const { filename, fileType, fileSize, taken, received } = upload;
    if (received !== fileSize) {
      return { success: false, code: "UPLOAD_REJECTED", error: `${received} of ${fileSize} bytes have come` };
    }
    if (!upload.fileUrl) {
      upload.fileUrl = `/uploads/file-${this.#files.size + 1}`;
      upload.bytes = Buffer.concat(taken);
      this.#files.set(upload.fileUrl, { bytes: upload.bytes, type: fileType });
    }
    const sha256 = createHash("sha256").update(upload.bytes).digest("hex");
    return { success: true, filename, fileUrl: upload.fileUrl, size: fileSize, sha256 };
  }
}

/** Chunks may come in any order; one that is there already counts once. */
function take(upload, { chunkIndex, totalChunks, data }) {
  const { taken, kept, fileSize } = upload;
  if (chunkIndex >= taken.length && !kept.has(chunkIndex)) kept.set(chunkIndex, data);
  for (let next; (next = kept.get(taken.length)); ) {
    kept.delete(taken.length);
    taken.push(next);
    upload.received += next.length;
  }
  const progress = Math.floor((upload.received / fileSize) * 100);
  return { chunkIndex, totalChunks, bytesUploaded: upload.received, totalBytes: fileSize, progress };
}
