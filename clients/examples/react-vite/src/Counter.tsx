import { useSuspenseLive } from "@liveside/react";

export function Counter() {
  const { state, actions, handle, pending, error } = useSuspenseLive("LiveCounter", { room: "lobby" });
  // Without a connection the call is kept until there is one.
  const add = (by: number) => handle.call("increment", { by }, { queue: true }).catch(() => {});
  // The component lets nobody set its count: what is shown at once is taken back.
  const cheat = () => handle.set("count", 1_000_000).catch(() => {});
  return (
    <>
      <p className="number" data-testid="count">{state.count}</p>
      <p>
        <button data-testid="add" onClick={() => add(1)}>+1</button> <button data-testid="add-five" onClick={() => add(5)}>+5</button>{" "}
        <button data-testid="reset" onClick={() => actions.reset()}>Reset</button> <button data-testid="cheat" onClick={cheat}>Cheat</button>
      </p>
      <p className="soft"><span data-testid="users">{state.connectedUsers}</span> here, <span data-testid="counter-pending">{pending}</span> pending</p>
      {error && <p role="alert" data-testid="counter-error">{error.message}</p>}
    </>
  );
}
