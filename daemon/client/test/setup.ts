import { afterEach, beforeEach, vi } from "vitest";
import { FakeSocket } from "./harness.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(window, "addEventListener");
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all.length = 0;
  // Full jitter at its upper end, so that a test can say when the next try comes.
  vi.spyOn(Math, "random").mockReturnValue(1);
});

afterEach(() => {
  // All tests share one window; a connection of an earlier test must not hear that the browser is online.
  for (const [type, listener] of vi.mocked(window.addEventListener).mock.calls) window.removeEventListener(type, listener);
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});
