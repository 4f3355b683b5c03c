import type { Message } from "../src/api.ts";

export declare class FakeUploads {
  maxChunkSize: number;
  file(url: string): { bytes: Uint8Array; type: string } | undefined;
  forget(): void;
  answer(message: Message): Message;
}
