// Checked by the compiler, never run.

import { useField, useLive } from "@liveside/vue";

export async function named(): Promise<void> {
  const counter = useLive("LiveCounter", { room: "lobby" });
  const { state, actions, pending } = counter;
  const soon: number | undefined = state.count;
  const { count }: { count: number } = await actions.increment({ by: 1 });
  const handle = await counter.ready;
  const now: number = handle.state.count;
  const name = useField<string>(handle, "lastUpdatedBy");
  name.value.value = `${soon} ${count} ${now} ${pending.value.toFixed()}`;

  // @ts-expect-error: it may not be there yet
  state.count.toFixed();
  // @ts-expect-error: the server's
  state.count = 1;
  // @ts-expect-error: no such action
  void actions.decrement();
  // @ts-expect-error: a name is no number
  name.value.value = 1;
}

export function unnamed(): void {
  const { state, actions } = useLive<{ open: boolean }, { toggle(): Promise<void> }>("LiveOther");
  const open: boolean | undefined = state.open;
  void [open, actions.toggle(), useLive("LiveAny").state.anything];
}
