// Checked by the compiler, never run.

import { field, live, room } from "@liveside/svelte";
import { get } from "svelte/store";

export async function named(): Promise<void> {
  const counter = live("LiveCounter", { room: "lobby" });
  const { state, pending } = get(counter);
  const { count }: { count: number } = await counter.actions.increment({ by: state.count + pending });
  field<string>(counter, "lastUpdatedBy").set(`${count}`);
  const chat = room<{ topic: string }>(counter);
  const topic: string = get(chat).state.topic;
  void topic;

  // @ts-expect-error: no such key
  state.cuont;
  // @ts-expect-error: no such action
  void counter.actions.decrement();
  // @ts-expect-error: a name is no number
  field<string>(counter, "lastUpdatedBy").set(1);
}

export function unnamed(): void {
  const other = live<{ open: boolean }, { toggle(): Promise<void> }>("LiveOther");
  const open: boolean = get(other).state.open;
  void [open, other.actions.toggle(), get(live("LiveAny")).state.anything];
}
