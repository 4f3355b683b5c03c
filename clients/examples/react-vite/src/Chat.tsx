import { useSuspenseLive } from "@liveside/react";
import { type FormEvent, useState } from "react";

export function Chat() {
  const { state, actions, error } = useSuspenseLive("LiveRoomChat");
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const done = state.current ? actions.send({ text }) : enter(text);
    // A refusal shows below, and the text stays; so does what was typed meanwhile.
    done.then(() => setText((now) => (now === text ? "" : now)), () => {});
  };
  const enter = async (name: string) => {
    await actions.setName({ name });
    await actions.joinRoom({ room: "lobby" });
  };
  return (
    <form onSubmit={submit}>
      <ul data-testid="messages">{state.messages.map(({ id, from, text }) => <li key={id}><b>{from}</b> {text}</li>)}</ul>
      <label>{state.current ? `To all in ${state.current.name}` : "Your name"} <input data-testid="chat-text" value={text} onChange={({ target }) => setText(target.value)} /></label>
      <button data-testid="chat-send">{state.current ? "Send" : "Enter"}</button>{" "}
      <span className="soft" data-testid="chat-members">{state.members.map(({ name }) => name).join(", ")}</span>
      {error && <p role="alert">{error.message}</p>}
    </form>
  );
}
