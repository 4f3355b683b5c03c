// Files on their way to the server, where nothing goes wrong.

import { describe, expect, it, vi } from "vitest";
import type { Message, UploadProgress } from "../src/api.ts";
import { clientIs } from "../src/beside.ts";
import { live } from "../src/live.ts";
import { type FakeSocket, back, mounted, newClient, newUrl, settled, socket } from "./harness.ts";
import { FIXED, KIB, UploadServer, chunks, expectStored, file, follow, later, lengths, ready, sent, withSender } from "./uploading.ts";

withSender();

/** Nobody answers what is asked of uploads. */
function unanswered(uploads: UploadServer): void {
  uploads.instead = ({ type }) => (type === "FILE_UPLOAD_START" ? undefined : null);
}

/** Answers the oldest chunk that is not answered yet. */
function acknowledge(server: FakeSocket, index: number): void {
  const { uploadId, requestId } = chunks(server)[index]!;
  const bytesUploaded = lengths(server).slice(0, index + 1).reduce((sum, length) => sum + length);
  server.push({ type: "FILE_UPLOAD_PROGRESS", componentId: "id-1", uploadId, requestId, chunkIndex: index, bytesUploaded } as Message);
}

describe("a file", () => {
  it("goes chunk by chunk, and the server has its bytes", async () => {
    const { counter, server, uploads } = ready();
    const timers = vi.getTimerCount();
    const photo = file(1000 * KIB + 7);
    const upload = follow(counter.upload(photo));
    await uploads.asked();
    await later();
    const value = await upload;
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(value).toEqual({ fileUrl: "/uploads/file-1", filename: "photo.png", size: photo.size, sha256 });
    expectStored(uploads, value.fileUrl, photo);
    expect(chunks(server).length).toBeGreaterThan(4);
    expect(vi.getTimerCount()).toBe(timers);
  });

  it("is announced by what it is, and completed under the same id", async () => {
    const { counter, server, uploads } = ready();
    const upload = follow(counter.upload(file(3)));
    const start = await uploads.asked();
    const { id } = upload;
    expect(start).toEqual({
      type: "FILE_UPLOAD_START",
      componentId: "id-1",
      uploadId: id,
      filename: "photo.png",
      fileType: "image/png",
      fileSize: 3,
      chunkSize: 65536,
      requestId: expect.any(String),
    });
    await later();
    expect(server.last("FILE_UPLOAD_COMPLETE")).toEqual({
      type: "FILE_UPLOAD_COMPLETE",
      componentId: "id-1",
      uploadId: id,
      requestId: expect.any(String),
    });
  });

  it("goes in frames of a length, a header and bytes", async () => {
    const { counter, server, uploads } = ready();
    const photo = file(5);
    const send = vi.spyOn(server, "send");
    const { id } = counter.upload(photo, { chunkSize: 4, adaptive: false });
    await uploads.asked();
    await later();
    const frames = send.mock.calls.map(([data]) => data).filter((data) => typeof data !== "string");
    expect(frames).toHaveLength(2);
    frames.forEach((frame, chunkIndex) => {
      const { requestId } = chunks(server)[chunkIndex]!;
      const header = JSON.stringify({ type: "FILE_UPLOAD_CHUNK", uploadId: id, chunkIndex, totalChunks: 2, requestId });
      const bytes = photo.content.slice(chunkIndex * 4, chunkIndex * 4 + 4);
      expect([...frame]).toEqual([header.length, 0, 0, 0, ...new TextEncoder().encode(header), ...bytes]);
    });
  });

  it("is never read as a whole", async () => {
    const { counter, uploads } = ready();
    const photo = file(200 * KIB);
    counter.upload(photo, FIXED);
    await uploads.asked();
    await later();
    const K = KIB;
    expect(photo.reads).toEqual([[0, 64 * K], [64 * K, 128 * K], [128 * K, 192 * K], [192 * K, 200 * K]]);
  });

  it("that is empty needs no chunk", async () => {
    const { counter, server, uploads } = ready();
    const upload = follow(counter.upload(file(0, "empty.txt", "text/plain")));
    await uploads.asked();
    await later();
    expect(upload.outcome).toMatchObject({ value: { filename: "empty.txt", size: 0 } });
    expect([chunks(server), upload.progress.percent]).toEqual([[], 100]);
  });

  it.each([
    ["a Blob is called upload", new Blob(["abc"]), undefined, "upload", "application/octet-stream"],
    ["a name of one's own", file(3), "other.png", "other.png", "image/png"],
    ["a type that the browser does not know", file(3, "a.xyz", ""), undefined, "a.xyz", "application/octet-stream"],
  ])("has a name and a type: %s", async (_case, blob, filename, fullName, fileType) => {
    const { counter, uploads } = ready();
    counter.upload(blob, filename === undefined ? {} : { filename });
    expect(await uploads.asked()).toMatchObject({ filename: fullName, fileType, fileSize: 3 });
  });

  it("has an id of its own, also where randomUUID is missing", () => {
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const { counter } = ready();
    const ids = Array.from({ length: 100 }, () => {
      const upload = follow(counter.upload(file(1)));
      upload.cancel();
      return upload.id;
    });
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{20,128}$/);
  });

  it("waits for the mount, however long it takes", async () => {
    const counter = newClient().use("LiveCounter");
    const upload = follow(counter.upload(file(3)));
    await later(600_000);
    const server = back();
    const uploads = new UploadServer(server);
    await later(1000);
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
    server.mounted("id-9");
    expect((await uploads.asked()).componentId).toBe("id-9");
    await later();
    expect(upload.outcome).toMatchObject({ value: { size: 3 } });
  });

  it("shows neither as $loading nor as $error", async () => {
    const { counter, uploads } = ready();
    uploads.instead = () => ({ type: "FILE_UPLOAD_START_RESPONSE", success: false, code: "UPLOAD_REJECTED", error: "No" });
    const upload = follow(counter.upload(file(3)));
    await uploads.asked();
    expect(counter.$loading).toBe(false);
    await later();
    expect(upload.outcome).toMatchObject({ code: "UPLOAD_REJECTED" });
    expect([counter.$loading, counter.$error]).toEqual([false, null]);
  });

  it("is refused where what sends it cannot be loaded, and the next is tried again", async () => {
    const { counter, server, uploads } = ready();
    const beside = import.meta.url.replace(/test.upload.*/, "dist/client.js");
    clientIs("nothing:///client.js");
    const upload = follow(counter.upload(file(3)));
    await vi.waitFor(() => expect(upload.outcome).toMatchObject({ code: "NOT_CONNECTED" }));
    clientIs(beside);
    counter.upload(file(3));
    await uploads.asked();
    expect(server.count("FILE_UPLOAD_START")).toBe(1);
  });

  it("goes as MessagePack where that is spoken, its bytes as they are", async () => {
    const counter = live({ url: newUrl(), encoding: "msgpack" }).use("LiveCounter");
    await vi.waitFor(() => socket());
    const server = socket().accept("live.msgpack");
    server.mounted("id-1");
    const uploads = new UploadServer(server);
    const photo = file(100 * KIB);
    const upload = follow(counter.upload(photo, FIXED));
    await uploads.asked();
    await later();
    expect(chunks(server)[1]).toEqual({
      type: "FILE_UPLOAD_CHUNK",
      uploadId: upload.id,
      chunkIndex: 1,
      totalChunks: 2,
      requestId: expect.any(String),
      data: photo.content.slice(64 * KIB),
    });
    const { fileUrl } = await upload;
    expectStored(uploads, fileUrl, photo);
  });
});

describe("the progress of a file", () => {
  it("is what the server has told", async () => {
    const { counter, server, uploads } = ready();
    unanswered(uploads);
    const seen: UploadProgress[] = [];
    const upload = follow(counter.upload(file(300 * KIB), { ...FIXED, onProgress: (progress) => seen.push(progress) }));
    expect(upload.progress).toEqual({ bytesUploaded: 0, totalBytes: 300 * KIB, percent: 0 });
    await uploads.asked();
    await later(100);
    expect([chunks(server).length, seen]).toEqual([4, []]);
    acknowledge(server, 0);
    acknowledge(server, 1);
    expect(seen.map(({ bytesUploaded, percent }) => [bytesUploaded, percent])).toEqual([
      [64 * KIB, 21],
      [128 * KIB, 42],
    ]);
    expect(upload.progress).toBe(seen[1]);
  });

  it("does not go back where answers overtake one another", async () => {
    const { counter, server, uploads } = ready();
    unanswered(uploads);
    const seen: number[] = [];
    counter.upload(file(300 * KIB), { ...FIXED, onProgress: ({ bytesUploaded }) => seen.push(bytesUploaded) });
    await uploads.asked();
    await later(100);
    for (const index of [1, 0, 2]) acknowledge(server, index);
    expect(seen).toEqual([128 * KIB, 192 * KIB]);
  });

  it("comes to 100 percent, and its listener may throw", async () => {
    const report = vi.spyOn(console, "error").mockReturnValue();
    const { counter, uploads } = ready();
    const onProgress = () => {
      throw new Error("of the page");
    };
    const upload = follow(counter.upload(file(100 * KIB), { onProgress }));
    await uploads.asked();
    await later();
    expect(upload.outcome).toMatchObject({ value: { size: 100 * KIB } });
    expect([upload.progress.percent, report.mock.calls.length]).toEqual([100, 2]);
  });
});

describe("the size of chunks", () => {
  const first = { chunkSize: 16 * KIB };

  it("doubles while answers are quick, up to what the server takes", async () => {
    const { counter, server, uploads } = ready();
    uploads.uploads.maxChunkSize = 64 * KIB;
    const upload = follow(counter.upload(file(600 * KIB), first));
    await uploads.asked();
    await later();
    const sizes = lengths(server);
    // Four of a size are under way before the first of them is answered.
    expect(sizes.slice(0, 9).map((size) => size / KIB)).toEqual([16, 16, 16, 16, 32, 32, 32, 32, 64]);
    expect(Math.max(...sizes)).toBe(64 * KIB);
    expect(upload.outcome).toMatchObject({ value: { size: 600 * KIB } });
  });

  it("halves where answers take long, down to 16 KiB", async () => {
    const { counter, server, uploads } = ready();
    uploads.delay = 1100;
    const upload = follow(counter.upload(file(608 * KIB)));
    await uploads.asked();
    await later(60_000);
    expect(lengths(server).slice(0, 12).map((size) => size / KIB)).toEqual([64, 64, 64, 64, 32, 32, 32, 32, 16, 16, 16, 16]);
    expect(Math.min(...lengths(server))).toBe(16 * KIB);
    expectStored(uploads, (await upload).fileUrl, file(608 * KIB));
  });

  it("does not change by an answer to a chunk of another size", async () => {
    const { counter, server, uploads } = ready();
    uploads.uploads.maxChunkSize = 32 * KIB;
    uploads.instead = ({ chunkIndex }) => {
      uploads.delay = chunkIndex === 3 ? 1100 : 90;
      return undefined;
    };
    counter.upload(file(2112 * KIB), first);
    await uploads.asked();
    await later();
    expect(lengths(server).map((size) => size / KIB)).toEqual([16, 16, 16, 16, ...Array(64).fill(32)]);
  });

  it("stays where answers are neither, and where it is to stay", async () => {
    for (const [delay, options] of [[500, {}], [10, FIXED], [1100, FIXED]] as const) {
      const { counter, server, uploads } = ready();
      uploads.delay = delay;
      counter.upload(file(512 * KIB), options);
      await uploads.asked();
      await later();
      expect(lengths(server)).toEqual(Array(8).fill(64 * KIB));
    }
  });

  it("does not grow to 16 KiB where answers take long", async () => {
    const { counter, server, uploads } = ready();
    uploads.delay = 1100;
    counter.upload(file(8 * KIB), { chunkSize: KIB });
    await uploads.asked();
    await later();
    expect(lengths(server)).toEqual(Array(8).fill(KIB));
  });

  it("is the server's where it wants them smaller", async () => {
    const { counter, server, uploads } = ready();
    uploads.uploads.maxChunkSize = 1000;
    counter.upload(file(2500));
    await uploads.asked();
    await later();
    expect(lengths(server)).toEqual([1000, 1000, 500]);
  });

  it("tells how many chunks it will be, as far as that is known", async () => {
    const { counter, server, uploads } = ready();
    counter.upload(file(128 * KIB), first);
    await uploads.asked();
    await later();
    expect(chunks(server).map(({ chunkIndex, totalChunks }) => [chunkIndex, totalChunks])).toEqual([
      [0, 8],
      [1, 8],
      [2, 8],
      [3, 8],
      [4, 6],
      [5, 6],
    ]);
  });
});

describe("what is under way", () => {
  it("is four chunks without an answer at most", async () => {
    const { counter, server, uploads } = ready();
    unanswered(uploads);
    counter.upload(file(600 * KIB), FIXED);
    await uploads.asked();
    await later(1000);
    expect(chunks(server)).toHaveLength(4);
    acknowledge(server, 0);
    await later(100);
    expect(chunks(server)).toHaveLength(5);
    acknowledge(server, 1);
    acknowledge(server, 2);
    await later(100);
    expect(chunks(server)).toHaveLength(7);
  });

  it("is one chunk while bytes wait in the browser", async () => {
    const { counter, server, uploads } = ready();
    unanswered(uploads);
    server.bufferedAmount = 64 * KIB;
    counter.upload(file(600 * KIB), FIXED);
    await uploads.asked();
    await later(1000);
    expect(chunks(server)).toHaveLength(1);
    acknowledge(server, 0);
    await later(100);
    expect(chunks(server)).toHaveLength(2);
    server.bufferedAmount = 64 * KIB - 1;
    acknowledge(server, 1);
    await later(100);
    expect(chunks(server)).toHaveLength(6);
  });

  it("is four files at most, and the others follow in order", async () => {
    const { counter, server, uploads } = ready();
    uploads.instead = ({ type }) => (type === "FILE_UPLOAD_COMPLETE" ? null : undefined);
    const all = [1, 2, 3, 4, 5, 6].map((n) => follow(counter.upload(file(n, `${n}.png`))));
    await uploads.asked();
    await later(1000);
    const announced = () => sent(server, "FILE_UPLOAD_START").map(({ filename }) => filename).join(" ");
    expect(announced()).toBe("1.png 2.png 3.png 4.png");
    const [, , third] = sent(server, "FILE_UPLOAD_COMPLETE");
    server.push(uploads.uploads.answer(third!));
    await vi.waitFor(() => expect(announced()).toBe("1.png 2.png 3.png 4.png 5.png"), { interval: 1 });
    expect(all[2]!.outcome).toMatchObject({ value: { filename: "3.png" } });
    // One that fails gives its place to the next as well.
    const [first] = sent(server, "FILE_UPLOAD_COMPLETE");
    server.push({ ...uploads.uploads.answer(first!), success: false, code: "UPLOAD_REJECTED", error: "No" });
    await vi.waitFor(() => expect(announced()).toBe("1.png 2.png 3.png 4.png 5.png 6.png"), { interval: 1 });
    expect(all[0]!.outcome).toMatchObject({ code: "UPLOAD_REJECTED" });
  });

  it("is counted for each connection, whatever the number of components", async () => {
    const client = newClient();
    const [one, other] = [client.use("One"), client.use("Other")];
    const server = socket().accept();
    server.sent.slice().forEach((mount, n) => server.mountedReply(mount, `id-${n}`, {}));
    const elsewhere = mounted().counter;
    const next = socket();
    for (const n of [1, 2, 3]) {
      one.upload(file(n));
      other.upload(file(n));
    }
    elsewhere.upload(file(1));
    await vi.waitFor(() => next.last("FILE_UPLOAD_START"), { interval: 1 });
    await settled();
    expect([server.count("FILE_UPLOAD_START"), next.count("FILE_UPLOAD_START")]).toEqual([4, 1]);
  });
});
