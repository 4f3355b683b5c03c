// Checked by the compiler, never run.

import { useField, useLive, useLiveState, useSuspenseLive } from "@liveside/react";

export function Named() {
  const { state, actions, handle, pending, status } = useLive("LiveCounter", { room: "lobby" });
  const soon: number | undefined = state.count;
  const { state: there } = useSuspenseLive("LiveCounter");
  const now: number = there.count;
  const key: number | undefined = useLiveState(handle, "count");
  const connected: boolean = useLiveState(handle, "$connected");
  const { text, ref } = useField<string>(handle, "lastUpdatedBy");
  void [soon, now, key, connected, status === "live"];

  // @ts-expect-error: it may not be there yet
  state.count.toFixed();
  // @ts-expect-error: no such action
  void actions.decrement();
  // @ts-expect-error: no such status
  void (status === "dead");
  // @ts-expect-error: no such key
  useLiveState(handle, "cuont");
  // @ts-expect-error: a count is no text
  pending.trim();
  return <button onClick={() => actions.increment({ by: 1 })}><input {...text} /><input type="number" ref={ref} /></button>;
}

export function Unnamed() {
  const { state, actions } = useLive("LiveOther");
  const { state: typed } = useSuspenseLive<{ open: boolean }>("LiveOther");
  const open: boolean = typed.open;
  return <button onClick={actions.toggle}>{state.anything}{String(open)}</button>;
}
