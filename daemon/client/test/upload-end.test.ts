// Uploads that end before they are complete: cancelled, or refused.

import { describe, expect, it, vi } from "vitest";
import type { Message } from "../src/api.ts";
import { type FakeSocket, back, mounted, newClient, settled, socket } from "./harness.ts";
import { FIXED, KIB, UploadServer, chunks, file, follow, halfway, instead, later, ready, refusal, sent, withSender } from "./uploading.ts";

withSender();

const CANCELLED = { code: "UPLOAD_CANCELLED", message: "The upload of photo.png was cancelled" };

/** An upload that is complete but for the answer that says so. */
async function completing(options: object = {}) {
  const it = ready();
  const answers: Message[] = [];
  it.uploads.instead = (message) => {
    if (message.type !== "FILE_UPLOAD_COMPLETE" && message.type !== "FILE_UPLOAD_CANCEL") return undefined;
    answers.push(message);
    return null;
  };
  const upload = follow(it.counter.upload(file(3), options));
  await it.uploads.asked();
  await later(100);
  expect(answers.map(({ type }) => type)).toEqual(["FILE_UPLOAD_COMPLETE"]);
  return { ...it, upload, complete: it.server.last("FILE_UPLOAD_COMPLETE") };
}

describe("an upload that is cancelled", () => {
  it("rejects, tells the server, and sends no more", async () => {
    const { upload, server, photo } = await halfway();
    upload.cancel();
    await settled();
    expect(upload.outcome).toEqual(CANCELLED);
    expect(server.last("FILE_UPLOAD_CANCEL")).toEqual({
      type: "FILE_UPLOAD_CANCEL",
      componentId: "id-1",
      uploadId: upload.id,
      requestId: expect.any(String),
    });
    const [{ requestId }] = chunks(server) as [Message];
    const late = { uploadId: upload.id, requestId: requestId!, bytesUploaded: 64 * KIB };
    server.push({ type: "FILE_UPLOAD_PROGRESS", componentId: "id-1", ...late });
    upload.cancel();
    await later();
    expect([chunks(server).length, photo.reads.length, upload.progress.bytesUploaded]).toEqual([4, 4, 0]);
    expect([server.count("FILE_UPLOAD_CANCEL"), server.count("FILE_UPLOAD_START")]).toEqual([1, 1]);
  });

  it("rejects with the same where a signal says so", async () => {
    const controller = new AbortController();
    const { upload, server } = await halfway({ signal: controller.signal });
    controller.abort();
    await settled();
    expect([upload.outcome, server.count("FILE_UPLOAD_CANCEL")]).toEqual([CANCELLED, 1]);
  });

  it("is not announced where the signal was there before", async () => {
    const { counter, server } = ready();
    const upload = follow(counter.upload(file(3), { signal: AbortSignal.abort() }));
    await settled();
    expect(upload.outcome).toEqual(CANCELLED);
    await later(1000);
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
  });

  it("is not announced where it was cancelled while what sends it was loaded, or while it waited for its turn", async () => {
    const { counter, server, uploads } = ready();
    uploads.instead = ({ filename }) => (filename ? null : undefined);
    const [first, ...others] = [1, 2, 3, 4, 5, 6].map((n) => follow(counter.upload(file(n, `${n}.png`))));
    first!.cancel();
    others[4]!.cancel();
    await uploads.asked();
    await later(100);
    const names = () => sent(server, "FILE_UPLOAD_START").map(({ filename }) => filename);
    expect(names().sort()).toEqual(["2.png", "3.png", "4.png", "5.png"]);
    expect([first!.outcome, others[4]!.outcome]).toMatchObject([{ code: "UPLOAD_CANCELLED" }, { code: "UPLOAD_CANCELLED" }]);
    for (const upload of others) upload.cancel();
    await later();
    expect(names()).toHaveLength(4);
  });

  it("is not announced where it was cancelled before the mount", async () => {
    const counter = newClient().use("LiveCounter");
    const upload = follow(counter.upload(file(3)));
    // It is loaded by then what sends it.
    const ready = follow(counter.upload(file(4)));
    const server = socket().accept();
    await vi.waitFor(() => expect(server.types).toEqual(["COMPONENT_MOUNT"]));
    const other = mounted();
    follow(other.counter.upload(file(5)));
    await vi.waitFor(() => socket().last("FILE_UPLOAD_START"), { interval: 1 });
    upload.cancel();
    await settled();
    expect(upload.outcome).toEqual(CANCELLED);
    server.mounted("id-1");
    await later(100);
    expect(sent(server, "FILE_UPLOAD_START").map(({ uploadId }) => uploadId)).toEqual([ready.id]);
    expect(server.count("FILE_UPLOAD_CANCEL")).toBe(0);
  });

  it("while the connection is lost, stays cancelled", async () => {
    const { upload, server } = await halfway();
    server.drop();
    await settled();
    upload.cancel();
    await settled();
    expect(upload.outcome).toEqual(CANCELLED);
    const next = back();
    next.mounted("id-2");
    await later(1000);
    expect([server.count("FILE_UPLOAD_CANCEL"), next.types]).toEqual([0, ["COMPONENT_MOUNT"]]);
  });

  it("while it waits for another try, is not tried again", async () => {
    const { counter, server, uploads } = ready();
    instead(uploads, "FILE_UPLOAD_START", { type: "ERROR", code: "RATE_LIMITED", error: "Slowly" });
    const upload = follow(counter.upload(file(3)));
    await uploads.asked();
    await later(100);
    upload.cancel();
    await later();
    expect([upload.outcome, server.count("FILE_UPLOAD_START")]).toEqual([CANCELLED, 1]);
  });

  it("resolves where the file was made before the server heard of it", async () => {
    const { upload, server, uploads, complete } = await completing();
    upload.cancel();
    upload.cancel();
    await settled();
    expect([upload.outcome, server.count("FILE_UPLOAD_CANCEL")]).toEqual(["pending", 1]);
    server.push(uploads.uploads.answer(complete));
    await settled();
    expect(upload.outcome).toMatchObject({ value: { size: 3 } });
  });

  it("rejects where the server heard of it in time", async () => {
    const { upload, server, uploads } = await completing();
    upload.cancel();
    server.push(uploads.uploads.answer(server.last("FILE_UPLOAD_CANCEL")));
    await settled();
    expect(upload.outcome).toEqual(CANCELLED);
  });

  it.each([
    ["refuses to complete it", (server: FakeSocket, { requestId }: Message) => server.push(refusal({ requestId }))],
    ["is not there any more", (server: FakeSocket) => server.drop()],
  ])("rejects where the server %s", async (_case, then) => {
    const { upload, server, complete } = await completing();
    upload.cancel();
    then(server, complete);
    await settled();
    expect(upload.outcome).toEqual(CANCELLED);
  });

  it("rejects at once again where the server has forgotten it at its end, and takes it anew", async () => {
    const { upload, server, uploads } = await completing();
    server.drop();
    uploads.uploads.forget();
    const next = back();
    instead(new UploadServer(next, uploads), "FILE_UPLOAD_CHUNK", null);
    next.mounted("id-2");
    await later(100);
    expect(next.types).toEqual(["COMPONENT_MOUNT", "FILE_UPLOAD_START", "FILE_UPLOAD_CHUNK"]);
    upload.cancel();
    await Promise.resolve();
    expect(upload.outcome).toEqual(CANCELLED);
  });

  it("after its end, is none", async () => {
    const controller = new AbortController();
    const unwatch = vi.spyOn(controller.signal, "removeEventListener");
    const { upload, server, uploads, complete } = await completing({ signal: controller.signal });
    server.push(uploads.uploads.answer(complete));
    await settled();
    expect(unwatch).toHaveBeenCalledExactlyOnceWith("abort", expect.any(Function));
    upload.cancel();
    controller.abort();
    await settled();
    expect([upload.outcome, server.count("FILE_UPLOAD_CANCEL")]).toEqual([{ value: expect.objectContaining({ size: 3 }) }, 0]);
  });

  it("is so by the end of its component, which the server is told of later; others go on", async () => {
    const client = newClient();
    const [one, other] = [client.use("One"), client.use("Other")];
    const server = socket().accept();
    server.sent.slice().forEach((mount, n) => server.mountedReply(mount, `id-${n}`, {}));
    const uploads = new UploadServer(server);
    instead(uploads, "FILE_UPLOAD_CHUNK", null);
    const [first, second] = [follow(one.upload(file(3))), follow(other.upload(file(3)))];
    await vi.waitFor(() => expect(chunks(server)).toHaveLength(2), { interval: 1 });
    one.unmount();
    await later(100);
    expect(server.types.slice(-2)).toEqual(["FILE_UPLOAD_CANCEL", "COMPONENT_UNMOUNT"]);
    expect([first.outcome, second.outcome]).toEqual([CANCELLED, "pending"]);
    expect(server.last("FILE_UPLOAD_CANCEL")).toMatchObject({ componentId: "id-0", uploadId: first.id });
    const late = follow(one.upload(file(3)));
    await vi.waitFor(() => expect(late.outcome).toMatchObject({ code: "UNMOUNTED" }));
  });
});

describe("an upload that is refused", () => {
  it("at its start: nothing of it is sent", async () => {
    const { counter, server, uploads } = ready();
    const answer = { type: "FILE_UPLOAD_START_RESPONSE", success: false, code: "LIMIT_EXCEEDED", error: "It is too large" };
    instead(uploads, "FILE_UPLOAD_START", answer);
    const upload = follow(counter.upload(file(3)));
    await uploads.asked();
    await later();
    expect(upload.outcome).toEqual({ code: "LIMIT_EXCEEDED", message: "It is too large" });
    expect(server.types).toEqual(["COMPONENT_MOUNT", "FILE_UPLOAD_START"]);
  });

  it("with its component: it is told why", async () => {
    const counter = newClient().use("LiveCounter");
    const upload = follow(counter.upload(file(3)));
    socket().accept().reply("COMPONENT_MOUNT", { success: false, code: "AUTH_DENIED", error: "Sign in first" });
    await vi.waitFor(() => expect(upload.outcome).toEqual({ code: "AUTH_DENIED", message: "Sign in first" }));
  });

  it("at a chunk: no more of it is sent", async () => {
    const { upload, server } = await halfway();
    // The others are not taken either, and it is the first of them to end it that tells why.
    const answers = [{ failed: false }, {}, { error: "It is over" }, { failed: false }];
    answers.forEach((fields, chunkIndex) => {
      const { requestId, uploadId } = chunks(server)[chunkIndex]!;
      server.push(refusal({ uploadId, chunkIndex, requestId, ...fields }));
    });
    await later();
    expect(upload.outcome).toEqual({ code: "UPLOAD_REJECTED", message: "It is not a picture" });
    expect([chunks(server).length, server.count("FILE_UPLOAD_START"), server.count("FILE_UPLOAD_CANCEL")]).toEqual([4, 1, 0]);
  });

  it("at its end: it is told why", async () => {
    const { counter, server, uploads } = ready();
    instead(uploads, "FILE_UPLOAD_COMPLETE", refusal({ type: "FILE_UPLOAD_COMPLETE", failed: undefined }));
    const upload = follow(counter.upload(file(3)));
    await uploads.asked();
    await later();
    expect(upload.outcome).toEqual({ code: "UPLOAD_REJECTED", message: "It is not a picture" });
    expect(server.types.slice(1)).toEqual(["FILE_UPLOAD_START", "FILE_UPLOAD_CHUNK", "FILE_UPLOAD_COMPLETE"]);
  });

  it("by the server's own word, at any time: it is that one that ends", async () => {
    const { upload, server, counter } = await halfway();
    const other = follow(counter.upload(file(300 * KIB), FIXED));
    await vi.waitFor(() => expect(server.count("FILE_UPLOAD_START")).toBe(2), { interval: 1 });
    await later(100);
    server.push(refusal({ componentId: "id-1", uploadId: upload.id, error: "Nothing has come for 60 s" }));
    await settled();
    expect(upload.outcome).toEqual({ code: "UPLOAD_REJECTED", message: "Nothing has come for 60 s" });
    expect(other.outcome).toBe("pending");
    await later(5_000);
    expect(server.count("FILE_UPLOAD_CANCEL")).toBe(0);
    expect(counter.$error).toBeNull();
  });

  it("by the server's own word while it waits to go on: it is not announced again", async () => {
    const { counter, server, uploads } = ready();
    instead(uploads, "FILE_UPLOAD_CHUNK", refusal({ failed: false }));
    const upload = follow(counter.upload(file(3)));
    await uploads.asked();
    await later(100);
    server.push(refusal({ uploadId: upload.id, error: "The disk is full" }));
    await later();
    expect(upload.outcome).toEqual({ code: "UPLOAD_REJECTED", message: "The disk is full" });
    expect(server.count("FILE_UPLOAD_START")).toBe(1);
  });

  it("by the disk it comes from: the server is told", async () => {
    const { counter, server, uploads } = ready();
    const photo = file(600 * KIB);
    const upload = follow(counter.upload(photo, FIXED));
    await uploads.asked();
    photo.held = Promise.reject(new DOMException("It has changed", "NotReadableError"));
    photo.held.catch(() => {});
    await later();
    expect(upload.outcome).toEqual({ code: "FILE_UNREADABLE", message: "photo.png could not be read: It has changed" });
    expect(server.types.at(-1)).toBe("FILE_UPLOAD_CANCEL");
    expect(server.count("FILE_UPLOAD_COMPLETE")).toBe(0);
  });
});
