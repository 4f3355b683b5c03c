// Optimistic sets, against everything that can come between a set and its answer.

import { describe, expect, it, vi } from "vitest";
import { mounted, newClient, outcome, socket } from "./harness.ts";

const REFUSED = { success: false, error: "not here", code: "INVALID_PAYLOAD" };

function form() {
  const { counter, server, client } = mounted({ name: "old", email: "old@x" });
  const shown: unknown[] = [];
  counter.subscribe("name", (name) => shown.push(name));
  /** Sets the name and gives the message that the server got. */
  const set = (value: string) => {
    const promise = counter.set("name", value);
    promise.catch(() => {});
    return { promise, message: server.last("PROPERTY_UPDATE") };
  };
  return { form: counter, server, client, shown, set };
}

describe("setting a key", () => {
  it("shows it at once and asks the server", async () => {
    const { form: it, server, set } = form();
    const { promise, message } = set("new");
    expect(it.state.name).toBe("new");
    expect(message).toEqual({
      type: "PROPERTY_UPDATE",
      componentId: "id-1",
      property: "name",
      payload: { value: "new" },
      requestId: expect.any(String),
    });
    server.delta("id-1", { name: "new" });
    server.answer(message, {});
    expect(await outcome(promise)).toEqual({ value: undefined });
    expect(it.state.name).toBe("new");
  });

  it("takes it back when the server refuses, and says why", async () => {
    const { form: it, server, shown, set } = form();
    const { promise, message } = set("new");
    server.answer(message, REFUSED);
    expect(it.state.name).toBe("old");
    expect(it.$error).toMatchObject({ code: "INVALID_PAYLOAD", message: "not here" });
    expect(await outcome(promise)).toMatchObject({ code: "INVALID_PAYLOAD" });
    expect(shown).toEqual(["old", "new", "old"]);
  });

  it("shows what the server made of it, if that is something else", () => {
    const { form: it, server, shown, set } = form();
    const { message } = set("  new ");
    server.delta("id-1", { name: "new" });
    server.answer(message, {});
    expect(it.state.name).toBe("new");
    expect(shown).toEqual(["old", "  new ", "new"]);
  });

  it("needs no delta when the server had that value already", () => {
    const { form: it, server, set } = form();
    const { message } = set("old");
    server.answer(message, {});
    expect(it.state.name).toBe("old");
  });

  it("takes it back when no answer comes", async () => {
    const { form: it, set } = form();
    const { promise } = set("new");
    vi.advanceTimersByTime(30_000);
    expect(it.state.name).toBe("old");
    expect(await outcome(promise)).toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  it("takes it back when the connection is lost before the answer", async () => {
    const { form: it, server, set } = form();
    const { promise } = set("new");
    server.drop();
    expect(it.state.name).toBe("old");
    expect(await outcome(promise)).toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("before the mount is shown, and sent once mounted", () => {
    const it = newClient().use("LiveForm");
    void it.set("name", "new");
    expect(it.state.name).toBe("new");
    const server = socket().accept();
    server.mounted("id-1", { name: "" });
    expect(it.state.name).toBe("new");
    expect(server.last("PROPERTY_UPDATE")).toMatchObject({ componentId: "id-1", property: "name" });
  });
});

describe("two sets of one key in flight", () => {
  it("never show the older one again while the newer is open", () => {
    const { form: it, server, shown, set } = form();
    const first = set("a");
    const second = set("ab");
    server.delta("id-1", { name: "a" });
    server.answer(first.message, {});
    expect(it.state.name).toBe("ab");
    server.delta("id-1", { name: "ab" });
    server.answer(second.message, {});
    expect(it.state.name).toBe("ab");
    expect(shown).toEqual(["old", "a", "ab"]);
  });

  it("keep the second when the first is refused", () => {
    const { form: it, server, shown, set } = form();
    const first = set("a");
    const second = set("ab");
    server.answer(first.message, REFUSED);
    expect(it.state.name).toBe("ab");
    server.delta("id-1", { name: "ab" });
    server.answer(second.message, {});
    expect(it.state.name).toBe("ab");
    expect(shown).toEqual(["old", "a", "ab"]);
  });

  it("fall back to the first when the second is refused", () => {
    const { form: it, server, set } = form();
    const first = set("a");
    const second = set("ab");
    server.delta("id-1", { name: "a" });
    server.answer(first.message, {});
    server.answer(second.message, REFUSED);
    expect(it.state.name).toBe("a");
  });

  it("fall back to the newest that the server said when both are refused", () => {
    const { form: it, server, set } = form();
    const first = set("a");
    const second = set("ab");
    server.delta("id-1", { name: "theirs" });
    expect(it.state.name).toBe("ab");
    server.answer(first.message, REFUSED);
    expect(it.state.name).toBe("ab");
    server.answer(second.message, REFUSED);
    expect(it.state.name).toBe("theirs");
  });
});

describe("a delta while a set is in flight", () => {
  it("that came after it on the server wins in the end", () => {
    const { form: it, server, set } = form();
    const { message } = set("mine");
    server.delta("id-1", { name: "mine" });
    server.delta("id-1", { name: "theirs" });
    server.answer(message, {});
    expect(it.state.name).toBe("theirs");
  });

  it("to another key shows at once", () => {
    const { form: it, server, set } = form();
    set("mine");
    server.delta("id-1", { email: "new@x" });
    expect(it.state).toEqual({ name: "mine", email: "new@x" });
  });

  it("is what shows after a refusal, not the value from before the set", () => {
    const { form: it, server, set } = form();
    const { message } = set("mine");
    server.delta("id-1", { name: "theirs" });
    expect(it.state.name).toBe("mine");
    server.answer(message, REFUSED);
    expect(it.state.name).toBe("theirs");
  });

  it("is not hidden by the set when the whole state comes anew", () => {
    const { form: it, server, set } = form();
    const { message } = set("mine");
    server.push({ type: "STATE_UPDATE", componentId: "id-1", payload: { state: { name: "theirs", email: "" } } });
    expect(it.state).toEqual({ name: "mine", email: "" });
    server.answer(message, REFUSED);
    expect(it.state).toEqual({ name: "theirs", email: "" });
  });
});
