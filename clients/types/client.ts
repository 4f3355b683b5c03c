// Checked by the compiler, never run.

import { LiveError, live } from "@liveside/client";
import { componentStore } from "@liveside/client/shared";

export async function named(): Promise<void> {
  const counter = live().use("LiveCounter", { room: "lobby", initialState: { count: 3 } });
  const { count }: { count: number } = await counter.increment({ by: 2 });
  const by: string | null = counter.state.lastUpdatedBy;
  counter.subscribe("count", (now, before) => now - (before ?? count));
  void by;

  // @ts-expect-error: no such action
  void counter.decrement();
  // @ts-expect-error: not a number
  void counter.increment({ by: "2" });
  // @ts-expect-error: no such key
  counter.state.cuont;
}

export async function unnamed(name: string): Promise<void> {
  const other = live().use("LiveOther");
  const any: Date = other.state.whatever;
  await other.anything({ at: any });
  await live().use(name).anything();
  const typed = live().use<{ open: boolean }, { toggle(): Promise<void> }>("LiveOther");
  const open: boolean = typed.state.open;
  void open;

  // @ts-expect-error: no such action
  void typed.close();
}

export function shared(): void {
  const store = componentStore<{ count: number }, { increment(): Promise<number> }>(live(), "LiveCounter", { key: 1 });
  const { state, pending, actions, error } = store.get();
  const numbers: number[] = [state.count, pending];
  const code: string | undefined = (error as LiveError | null)?.code;
  void [numbers, code];

  // @ts-expect-error: a count is no text
  pending.trim();
  // @ts-expect-error: no such action
  void actions.decrement();
}
