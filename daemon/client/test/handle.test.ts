import { describe, expect, it } from "vitest";
import { mounted, outcome, settled } from "./harness.ts";

describe("a handle", () => {
  it("runs an action by its name", async () => {
    const { counter, server } = mounted();
    const call = counter.increment({ by: 2 });
    expect(server.last("CALL_ACTION")).toMatchObject({ action: "increment", payload: { by: 2 } });
    server.reply("CALL_ACTION", { result: 2 });
    expect(await outcome(call)).toEqual({ value: 2 });
  });

  it("gives the same function for an action every time", () => {
    const { counter } = mounted();
    expect(counter.increment).toBe(counter.increment);
    expect(counter.increment).not.toBe(counter.decrement);
  });

  it("reaches an action that has the name of one of its own members by call", () => {
    const { counter, server } = mounted();
    void counter.call("set", { key: "count" });
    expect(server.last("CALL_ACTION").action).toBe("set");
  });

  it("can be awaited, printed and compared without calling the server", async () => {
    const { counter, server } = mounted({ count: 1 });
    const before = server.sent.length;
    expect(await counter).toBe(counter);
    JSON.stringify(counter);
    String(counter);
    expect(counter.$$typeof).toBeUndefined();
    expect(counter._secret).toBeUndefined();
    expect(counter.$nothing).toBeUndefined();
    await settled();
    expect(server.sent).toHaveLength(before);
  });

  it("takes a DOM or React event for what it is, not for a payload", () => {
    const { counter, server } = mounted();
    const button = document.createElement("button");
    button.addEventListener("click", counter.increment);
    button.click();
    expect(server.last("CALL_ACTION")).not.toHaveProperty("payload");
    void counter.increment({ nativeEvent: new Event("click"), target: button });
    expect(server.last("CALL_ACTION")).not.toHaveProperty("payload");
  });
});
