// Uploads that outlive their connection.

import { describe, expect, it, vi } from "vitest";
import { type FakeSocket, back, reconnected, settled, signed, socket } from "./harness.ts";
import { FIXED, KIB, UploadServer, chunks, expectStored, file, follow, later, lengths, ready, sent, withSender } from "./uploading.ts";

withSender();

/** An upload of which the server has answered so many chunks, and then the connection is lost. */
async function lostAfter(count: number, size = 600 * KIB) {
  const it = ready();
  const photo = file(size);
  const seen: number[] = [];
  const upload = follow(it.counter.upload(photo, { ...FIXED, onProgress: ({ bytesUploaded }) => seen.push(bytesUploaded) }));
  it.uploads.instead = ({ chunkIndex }) => (chunkIndex >= count ? null : undefined);
  await it.uploads.asked();
  await later(1000);
  expect(upload.progress.bytesUploaded).toBe(count * 64 * KIB);
  it.server.drop();
  await settled();
  return { ...it, upload, photo, seen };
}

/** The next connection, with the same uploads on the server, and the component under another id. */
function again(uploads: UploadServer): { next: FakeSocket; after: UploadServer } {
  const next = back();
  const after = new UploadServer(next, uploads);
  next.mounted("id-2");
  return { next, after };
}

describe("an upload whose connection is lost", () => {
  it("goes on from what the server has, for the component's new id", async () => {
    const { upload, photo, uploads, seen } = await lostAfter(3);
    expect(upload.outcome).toBe("pending");
    const { next, after } = again(uploads);
    await settled();
    // Nothing is waited for any more.
    expect(next.types).toEqual(["COMPONENT_MOUNT", "FILE_UPLOAD_START"]);
    await later();
    const announced = { filename: "photo.png", fileSize: photo.size, fileType: "image/png" };
    expect(sent(next, "FILE_UPLOAD_START")).toMatchObject([{ componentId: "id-2", uploadId: upload.id, ...announced }]);
    expect(chunks(next).map(({ chunkIndex }) => chunkIndex)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(next.last("FILE_UPLOAD_COMPLETE")).toMatchObject({ componentId: "id-2", uploadId: upload.id });
    expectStored(after, (await upload).fileUrl, photo);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it("goes on from what the server took and could not answer any more", async () => {
    const { upload, photo, uploads, server } = await lostAfter(3);
    for (const chunk of chunks(server)) uploads.uploads.answer(chunk);
    const { next, after } = again(uploads);
    await later();
    expect(chunks(next).map(({ chunkIndex }) => chunkIndex)).toEqual([7, 8, 9]);
    expectStored(after, (await upload).fileUrl, photo);
  });

  it("goes on in a component that came back, too", async () => {
    const { counter, server, uploads } = ready();
    server.refreshed("id-1", {}, signed("id-1", "first"));
    const photo = file(300 * KIB);
    const upload = follow(counter.upload(photo, FIXED));
    uploads.instead = ({ chunkIndex }) => (chunkIndex >= 2 ? null : undefined);
    await uploads.asked();
    await later(1000);
    const next = reconnected();
    const after = new UploadServer(next, uploads);
    next.rehydrated("id-1", {});
    await later();
    expect(next.types.slice(0, 3)).toEqual(["COMPONENT_REHYDRATE", "FILE_UPLOAD_START", "FILE_UPLOAD_CHUNK"]);
    expectStored(after, (await upload).fileUrl, photo);
  });

  it("begins anew where the server has forgotten it, and its progress says so", async () => {
    const { upload, photo, uploads, seen } = await lostAfter(3);
    uploads.uploads.forget();
    const { next, after } = again(uploads);
    await later();
    expect(chunks(next).map(({ chunkIndex }) => chunkIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expectStored(after, (await upload).fileUrl, photo);
    expect(seen.slice(2, 5).map((bytes) => bytes / KIB)).toEqual([192, 0, 64]);
  });

  it("goes on where the server has cut it otherwise, as after a restart with other limits", async () => {
    const { upload, photo, uploads } = await lostAfter(3);
    const fake = uploads.uploads;
    const answer = fake.answer.bind(fake);
    fake.forget();
    // All that is known of it is its beginning, as one chunk.
    const uploadId = upload.id;
    answer({ type: "FILE_UPLOAD_START", uploadId, filename: photo.name, fileType: photo.type, fileSize: photo.size, chunkSize: 1 });
    answer({ type: "FILE_UPLOAD_CHUNK", uploadId, chunkIndex: 0, data: photo.content.slice(0, 100) });
    fake.maxChunkSize = 32 * KIB;
    const { next, after } = again(uploads);
    await later();
    expect([chunks(next)[0]!.chunkIndex, photo.reads[7]]).toEqual([1, [100, 100 + 32 * KIB]]);
    expect(Math.max(...lengths(next))).toBe(32 * KIB);
    expectStored(after, (await upload).fileUrl, photo);
  });

  it("is only completed where everything is there", async () => {
    const { upload, uploads, server, photo } = await lostAfter(3);
    for (const chunk of chunks(server)) uploads.uploads.answer(chunk);
    const from = 7 * 64 * KIB;
    [7, 8, 9].forEach((chunkIndex, n) => {
      const data = photo.content.slice(from + n * 64 * KIB, from + (n + 1) * 64 * KIB);
      uploads.uploads.answer({ type: "FILE_UPLOAD_CHUNK", uploadId: upload.id, chunkIndex, data });
    });
    const { next } = again(uploads);
    await later();
    expect(next.types).toEqual(["COMPONENT_MOUNT", "FILE_UPLOAD_START", "FILE_UPLOAD_COMPLETE"]);
    expect([upload.outcome, upload.progress.percent]).toMatchObject([{ value: { size: photo.size } }, 100]);
  });

  it("is the file that the server made already where only the answer was lost", async () => {
    const { counter, uploads, server } = ready();
    const photo = file(100 * KIB);
    const upload = follow(counter.upload(photo));
    const made = vi.fn();
    uploads.instead = (message) => {
      if (message.type !== "FILE_UPLOAD_COMPLETE") return undefined;
      made(uploads.uploads.answer(message).fileUrl);
      return null;
    };
    await uploads.asked();
    await later(1000);
    server.drop();
    const { next, after } = again(uploads);
    // So the daemon says that nothing more is wanted of a file that is there.
    after.instead = ({ type }) => {
      const all = { bytesUploaded: photo.size, nextChunk: 2 ** 32 - 1, chunkSize: 65536, maxChunkSize: 65536, totalChunks: 2 };
      return type === "FILE_UPLOAD_START" ? { type: "FILE_UPLOAD_START_RESPONSE", success: true, ...all } : undefined;
    };
    await later();
    expect(next.types).toEqual(["COMPONENT_MOUNT", "FILE_UPLOAD_START", "FILE_UPLOAD_COMPLETE"]);
    expect((await upload).fileUrl).toBe(made.mock.calls[0]![0]);
  });

  it("sends nothing on the next connection before it has asked where to go on", async () => {
    const { counter, uploads } = ready();
    const photo = file(600 * KIB);
    let release = () => {};
    photo.held = new Promise<void>((resolve) => (release = resolve));
    const upload = follow(counter.upload(photo, FIXED));
    await uploads.asked();
    await later(100);
    expect(photo.reads).toHaveLength(1);
    const next = reconnected();
    const after = new UploadServer(next, uploads);
    next.mounted("id-2");
    release();
    await later();
    expect(next.types.slice(0, 3)).toEqual(["COMPONENT_MOUNT", "FILE_UPLOAD_START", "FILE_UPLOAD_CHUNK"]);
    expect(chunks(next)[0]!.chunkIndex).toBe(0);
    expectStored(after, (await upload).fileUrl, photo);
  });

  it("waits where only its component is lost, and is mounted anew", async () => {
    const { counter, server, uploads } = ready();
    const photo = file(600 * KIB);
    const upload = follow(counter.upload(photo, FIXED));
    uploads.instead = ({ type }) => (type === "FILE_UPLOAD_CHUNK" ? null : undefined);
    await uploads.asked();
    await later(100);
    // Somebody else goes on with it.
    server.push({ type: "COMPONENT_UNMOUNTED", componentId: "id-1", success: true, code: "REPLAYED" });
    uploads.instead = () => undefined;
    for (const chunk of chunks(server)) server.push(uploads.uploads.answer(chunk));
    await later(1000);
    expect(server.types.slice(-2)).toEqual(["FILE_UPLOAD_CHUNK", "COMPONENT_MOUNT"]);
    server.mounted("id-2");
    await later();
    expect(chunks(server).map(({ chunkIndex }) => chunkIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(server.last("FILE_UPLOAD_START").componentId).toBe("id-2");
    expectStored(uploads, (await upload).fileUrl, photo);
  });

  it("waits as long as it takes for the next", async () => {
    const { upload, uploads, photo } = await lostAfter(3);
    await later(3_600_000);
    expect(upload.outcome).toBe("pending");
    const { after } = again(uploads);
    await later();
    expectStored(after, (await upload).fileUrl, photo);
  });

  it("is given up where one connection after the other takes nothing", async () => {
    const { upload, uploads } = await lostAfter(3);
    let connections = 0;
    while (upload.outcome === "pending" && connections < 20) {
      connections++;
      const { after } = again(uploads);
      after.instead = ({ type }) => (type === "FILE_UPLOAD_CHUNK" ? null : undefined);
      await later(100);
      socket().drop();
      await settled();
    }
    expect(upload.outcome).toMatchObject({ code: "CONNECTION_LOST" });
    // The first was lost after it had taken something.
    expect(connections).toBe(6);
  });

  it("goes on with the others, none of which is forgotten", async () => {
    const { counter, uploads, server } = ready();
    uploads.instead = ({ type }) => (type === "FILE_UPLOAD_CHUNK" ? null : undefined);
    const all = [1, 2, 3, 4, 5, 6].map((n) => follow(counter.upload(file(n, `${n}.png`))));
    await vi.waitFor(() => expect(chunks(server)).toHaveLength(4), { interval: 1 });
    server.drop();
    again(uploads);
    await vi.waitFor(() => expect(all.every(({ outcome }) => outcome !== "pending")).toBe(true), { interval: 1 });
    expect(all.map(({ outcome }) => (outcome as { value: { size: number } }).value.size)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
