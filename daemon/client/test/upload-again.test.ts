// Uploads of which something is tried again.

import { describe, expect, it } from "vitest";
import { FIXED, KIB, chunks, expectStored, file, follow, halfway, instead, later, ready, refusal, withSender } from "./uploading.ts";

withSender();

describe("a chunk that is not taken", () => {
  it("is sent again also where the server says so by itself", async () => {
    const { upload, server, uploads, photo } = await halfway();
    server.push(refusal({ uploadId: upload.id, failed: false, chunkIndex: 2 }));
    for (const index of [0, 1]) server.push(uploads.uploads.answer(chunks(server)[index]!));
    uploads.instead = () => undefined;
    await later(35_000);
    expect(chunks(server).map(({ chunkIndex }) => chunkIndex)).toEqual([0, 1, 2, 3, 2, 3, 4, 5, 6, 7, 8, 9]);
    expectStored(uploads, (await upload).fileUrl, photo);
  });

  it("is sent again, cut as before, once the server has told where to go on", async () => {
    const { counter, server, uploads } = ready();
    let refused = 0;
    // The server keeps those after it.
    const answer = refusal({ failed: false, code: "LIMIT_EXCEEDED" });
    uploads.instead = ({ chunkIndex }) => (chunkIndex === 5 && refused++ < 2 ? answer : undefined);
    const photo = file(2000 * KIB);
    const upload = follow(counter.upload(photo));
    await uploads.asked();
    await later();
    expect([refused, server.count("FILE_UPLOAD_START")]).toEqual([3, 3]);
    const of5 = chunks(server).filter(({ chunkIndex }) => chunkIndex === 5);
    expect(new Set(of5.map(({ data }) => data.length)).size).toBe(1);
    expect(upload.outcome).toMatchObject({ value: { size: photo.size } });
    expectStored(uploads, (await upload).fileUrl, photo);
  });

  it("waits a little longer each time, and is given up after six times in vain", async () => {
    const { counter, server, uploads } = ready();
    instead(uploads, "FILE_UPLOAD_CHUNK", refusal({ failed: false, code: "LIMIT_EXCEEDED", error: "Not now" }));
    uploads.delay = 0;
    const upload = follow(counter.upload(file(3)));
    await uploads.asked();
    await later(50);
    const counts = [];
    for (const wait of [500, 1000, 2000, 4000, 8000, 15_000]) {
      await later(wait - 100);
      const before = server.count("FILE_UPLOAD_START");
      await later(100);
      counts.push(server.count("FILE_UPLOAD_START") - before);
    }
    expect([counts, server.count("FILE_UPLOAD_START")]).toEqual([[1, 1, 1, 1, 1, 1], 7]);
    expect(upload.outcome).toEqual({ code: "LIMIT_EXCEEDED", message: "Not now" });
    expect(server.count("FILE_UPLOAD_CANCEL")).toBe(1);
  });

  it("is given up after no number of times, as long as the server takes others", async () => {
    const { counter, server, uploads } = ready();
    const refused = new Set<number>();
    uploads.instead = ({ chunkIndex }) => {
      if (chunkIndex % 4 !== 3 || refused.has(chunkIndex)) return undefined;
      refused.add(chunkIndex);
      return refusal({ failed: false });
    };
    const photo = file(40 * KIB);
    const upload = follow(counter.upload(photo, { chunkSize: KIB, ...FIXED }));
    await uploads.asked();
    await later();
    expect([refused.size, server.count("FILE_UPLOAD_START")]).toEqual([10, 11]);
    expectStored(uploads, (await upload).fileUrl, photo);
  });
});

describe("a server that is asked for too much", () => {
  const RATE_LIMITED = { type: "ERROR", success: false, code: "RATE_LIMITED", error: "Rate limit exceeded" };

  it.each(["FILE_UPLOAD_START", "FILE_UPLOAD_CHUNK", "FILE_UPLOAD_COMPLETE"])("is asked again for %s", async (type) => {
    const { counter, uploads } = ready();
    let times = 0;
    uploads.instead = (message) => (message.type === type && times++ < 3 ? RATE_LIMITED : undefined);
    const photo = file(100 * KIB);
    const upload = follow(counter.upload(photo));
    await uploads.asked();
    await later();
    expect(times).toBeGreaterThan(3);
    expectStored(uploads, (await upload).fileUrl, photo);
  });

  it("is sent its chunks one after the other from then on, and still slower the next time", async () => {
    const { counter, uploads } = ready();
    const at: number[] = [];
    const refused = [3, 20];
    uploads.delay = 0;
    uploads.instead = ({ type }) => {
      if (type !== "FILE_UPLOAD_CHUNK") return undefined;
      at.push(performance.now());
      return refused.includes(at.length - 1) ? RATE_LIMITED : undefined;
    };
    const upload = follow(counter.upload(file(40 * KIB), { chunkSize: KIB, ...FIXED }));
    await uploads.asked();
    await later();
    const gaps = at.map((time, index) => Math.round(time - (at[index - 1] ?? time)));
    expect(gaps.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(gaps.slice(8, 18)).toEqual(Array(10).fill(25));
    expect(gaps.slice(-10)).toEqual(Array(10).fill(50));
    expect(upload.outcome).toMatchObject({ value: { size: 40 * KIB } });
  });
});

describe("a server that does not answer", () => {
  it.each(["FILE_UPLOAD_START", "FILE_UPLOAD_CHUNK", "FILE_UPLOAD_COMPLETE"])("is asked again where to go on: %s", async (type) => {
    const { counter, server, uploads } = ready();
    instead(uploads, type, null);
    const photo = file(300 * KIB);
    const upload = follow(counter.upload(photo));
    await uploads.asked();
    await later(29_900);
    expect(server.count("FILE_UPLOAD_START")).toBe(1);
    uploads.instead = () => undefined;
    await later(2_000);
    expect(server.count("FILE_UPLOAD_START")).toBe(2);
    expectStored(uploads, (await upload).fileUrl, photo);
  });
});
