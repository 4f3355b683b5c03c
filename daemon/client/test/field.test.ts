import { describe, expect, it, vi } from "vitest";
import type { FieldOptions } from "../src/api.ts";
import { mounted, outcome } from "./harness.ts";

const STATE = { name: "Ada", age: 36, agree: false, size: "m", tags: ["a"], user: { name: "Ada", mail: "a@x" } };

function field(path: string, options?: FieldOptions) {
  const { counter: form, server } = mounted(STATE);
  const sent = () => server.sent.filter(({ type }) => type === "PROPERTY_UPDATE").map((it) => [it.property, it.payload.value]);
  return { form, server, sent, field: form.field(path, options) };
}

describe("a field that syncs on change", () => {
  it("shows the draft at once and sends it when typing paused", () => {
    const { form, field: name, sent } = field("name");
    name.change("B");
    vi.advanceTimersByTime(299);
    name.change("Bo");
    vi.advanceTimersByTime(299);
    expect([name.value, form.state.name, name.dirty]).toEqual(["Bo", "Bo", true]);
    expect(sent()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent()).toEqual([["name", "Bo"]]);
    expect([name.value, name.dirty]).toEqual(["Bo", false]);
  });

  it("waits as long as it is told", () => {
    const { field: name, sent } = field("name", { debounce: 1000 });
    name.change("Bo");
    vi.advanceTimersByTime(999);
    expect(sent()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent()).toEqual([["name", "Bo"]]);
  });

  it("does not wait any longer when the input loses focus", () => {
    const { field: name, sent } = field("name");
    name.change("Bo");
    name.blur();
    vi.advanceTimersByTime(1000);
    expect(sent()).toEqual([["name", "Bo"]]);
  });

  it("keeps what is being typed when the server answers an older draft", () => {
    const { field: name, server } = field("name");
    name.change("B");
    vi.advanceTimersByTime(300);
    name.change("Bo");
    server.delta("id-1", { name: "B" });
    server.reply("PROPERTY_UPDATE", {});
    expect(name.value).toBe("Bo");
  });

  it("goes back to the server's value when that refuses the draft", () => {
    const { form, field: name, server } = field("name");
    name.change("!");
    name.blur();
    server.reply("PROPERTY_UPDATE", { success: false, error: "no signs", code: "INVALID_PAYLOAD" });
    expect(name.value).toBe("Ada");
    expect(form.$error?.message).toBe("no signs");
  });

  it("is sent before an action that comes in between", () => {
    const { form, field: name, server } = field("name");
    name.change("Bo");
    void form.submit();
    expect(server.sent.slice(-2).map(({ type }) => type)).toEqual(["PROPERTY_UPDATE", "CALL_ACTION"]);
    vi.advanceTimersByTime(1000);
    expect(server.count("PROPERTY_UPDATE")).toBe(1);
  });

  it("is sent before the component is unmounted", () => {
    const { form, field: name, server } = field("name");
    name.change("Bo");
    form.unmount();
    expect(server.sent.slice(-2).map(({ type }) => type)).toEqual(["PROPERTY_UPDATE", "COMPONENT_UNMOUNT"]);
  });
});

describe("a field that syncs on blur", () => {
  it("sends nothing while somebody types", () => {
    const { field: name, sent } = field("name", { syncOn: "blur" });
    name.change("Bo");
    vi.advanceTimersByTime(10_000);
    expect(sent()).toEqual([]);
    name.blur();
    expect(sent()).toEqual([["name", "Bo"]]);
    name.blur();
    expect(sent()).toHaveLength(1);
  });

  it("is sent before an action, as where Enter submits a form", () => {
    const { form, field: name, sent } = field("name", { syncOn: "blur" });
    name.change("Bo");
    void form.submit();
    expect(sent()).toEqual([["name", "Bo"]]);
  });
});

describe("a field that syncs by hand", () => {
  it("sends its draft only when told", async () => {
    const { form, field: name, server, sent } = field("name", { syncOn: "manual" });
    name.change("Bo");
    name.blur();
    void form.submit();
    vi.advanceTimersByTime(10_000);
    expect(sent()).toEqual([]);
    const synced = name.sync();
    expect(sent()).toEqual([["name", "Bo"]]);
    server.delta("id-1", { name: "Bo" });
    server.reply("PROPERTY_UPDATE", {});
    expect(await outcome(synced)).toEqual({ value: undefined });
    expect(await outcome(name.sync())).toEqual({ value: undefined });
    expect(sent()).toHaveLength(1);
  });

  it("is sent with all others by the handle's sync", async () => {
    const { form, server, sent } = field("name");
    form.field("name", { syncOn: "manual" }).change("Bo");
    form.field("age", { syncOn: "blur" }).change(40);
    const synced = form.sync();
    expect(sent()).toEqual([
      ["name", "Bo"],
      ["age", 40],
    ]);
    const [first, second] = server.sent.slice(-2);
    server.answer(first!, {});
    server.answer(second!, { success: false, error: "too old", code: "INVALID_PAYLOAD" });
    expect(await outcome(synced)).toMatchObject({ message: "too old" });
  });

  it("drops its draft when it is reverted", () => {
    const { field: name, sent } = field("name", { syncOn: "manual" });
    name.change("Bo");
    name.revert();
    void name.sync();
    expect([name.value, name.dirty]).toEqual(["Ada", false]);
    expect(sent()).toEqual([]);
  });
});

describe("a field of a path", () => {
  it("sets the whole top-level value with that part replaced", () => {
    const { form, field: name, sent } = field("user.name");
    name.change("Bo");
    form.field("user.mail").change("b@x");
    expect(name.value).toBe("Bo");
    void form.sync();
    expect(sent()).toEqual([["user", { name: "Bo", mail: "b@x" }]]);
    expect(STATE.user.name).toBe("Ada");
  });
});

describe("a bound input", () => {
  /** Binds the first input of the given HTML to a field. */
  function bound(path: string, html: string, options?: FieldOptions) {
    const it = field(path, options);
    document.body.innerHTML = html;
    const input = document.body.firstElementChild as HTMLInputElement;
    const stop = it.field.bind(input);
    return { ...it, input, stop };
  }

  function type(input: HTMLInputElement, value: string) {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  it("shows the value, follows the server and sends what is typed", () => {
    const { input, server, sent } = bound("name", "<input>");
    expect(input.value).toBe("Ada");
    server.delta("id-1", { name: "Cy" });
    expect(input.value).toBe("Cy");
    type(input, "Bo");
    input.dispatchEvent(new Event("blur"));
    expect(sent()).toEqual([["name", "Bo"]]);
  });

  it("is not written while it holds the same, which would move the caret", () => {
    const { input } = bound("name", "<input>");
    const write = vi.spyOn(input, "value", "set");
    input.dispatchEvent(new Event("input"));
    vi.advanceTimersByTime(300);
    expect(write).not.toHaveBeenCalled();
  });

  it("of type number holds a number, or null while it is empty", () => {
    const { input, field: age } = bound("age", '<input type="number">');
    expect(input.value).toBe("36");
    type(input, "40");
    expect(age.value).toBe(40);
    type(input, "");
    expect(age.value).toBeNull();
  });

  it("of type checkbox holds true or false", () => {
    const { input, field: agree, server } = bound("agree", '<input type="checkbox">');
    input.click();
    expect(agree.value).toBe(true);
    input.dispatchEvent(new Event("blur"));
    server.reply("PROPERTY_UPDATE", { success: false, error: "no" });
    expect(input.checked).toBe(false);
  });

  it("of type radio is chosen where its value is the state's", () => {
    const { input, server } = bound("size", '<input type="radio" value="l">');
    expect(input.checked).toBe(false);
    server.delta("id-1", { size: "l" });
    expect(input.checked).toBe(true);
  });

  it("that is a list of choices holds the list of the chosen", () => {
    const html = "<select multiple><option>a</option><option>b</option></select>";
    const { input, field: tags } = bound("tags", html);
    const options = (input as unknown as HTMLSelectElement).options;
    expect(Array.from(options, (option) => option.selected)).toEqual([true, false]);
    options[1]!.selected = true;
    input.dispatchEvent(new Event("input"));
    expect(tags.value).toEqual(["a", "b"]);
  });

  it("is let go of by the binding's stop, which sends what was typed", () => {
    const { input, stop, server, sent } = bound("name", "<input>");
    type(input, "Bo");
    stop();
    expect(sent()).toEqual([["name", "Bo"]]);
    server.delta("id-1", { name: "Cy" });
    server.reply("PROPERTY_UPDATE", {});
    expect(input.value).toBe("Bo");
  });
});
