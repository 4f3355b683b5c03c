// The types: `tsc --noEmit` checks what is right here, and that what is wrong is wrong.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Component, LiveError, action, component, roomEvent, type StateOf, type Upload } from "@liveside/component";
import { mount } from "@liveside/component/testing";

@component({ name: "Typed", props: "known" })
class Typed extends Component {
  static actions = { plain: { rateLimit: { burst: 1, perMinute: 60 } } };

  count = 0;
  note: string | null = null;

  onUpload(upload: Upload): void {
    if (upload.stage === "complete") this.note = upload.url;
  }

  plain(): string {
    return this.context.persistent.update<string>("a", (a = "") => `${a}x`);
  }

  @action({ schema: { type: "object" } })
  add({ by }: { by: number }): { count: number } {
    if (by < 0) throw LiveError.denied("No.");
    this.count += by;
    return { count: this.count };
  }

  @action
  async slow(): Promise<number> {
    return this.count;
  }

  @roomEvent("SAID", { room: "*" })
  said(data: { text: string }, { room }: { room: string }): void {
    this.note = `${room}: ${data.text}`;
  }
}

test("state and actions are typed", async () => {
  const typed = mount(Typed, { props: { count: 2 } });
  const { count } = typed.call("add", { by: 2 });
  const all: number = count + (await typed.call("slow"));
  assert.equal(all, 8);
  const state: StateOf<Typed> = typed.state;
  assert.deepEqual(state, { count: 4, note: null });
  const note: string | null | undefined = typed.delta().note;
  assert.equal(note, undefined);
});

/** Never called: it must not compile without the comments. */
export function wrong(): void {
  const typed = mount(Typed);
  // @ts-expect-error there is no such action
  typed.call("sub");
  // @ts-expect-error `by` is a number
  typed.call("add", { by: "2" });
  // @ts-expect-error the state has no such key
  void typed.state.other;
  // @ts-expect-error a method is no state
  void typed.state.add;
  // @ts-expect-error a hook is no action
  typed.call("onUpload");
  // @ts-expect-error there is no such option
  component({ versoin: "1" });
  // @ts-expect-error a room's name is text
  typed.roomEvent(1, "SAID");
}
