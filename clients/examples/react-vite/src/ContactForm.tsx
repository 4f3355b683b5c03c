import { useField, useSuspenseLive } from "@liveside/react";

export function ContactForm() {
  const { state, actions, handle, error } = useSuspenseLive("LiveForm");
  const name = useField<string>(handle, "name");
  const email = useField<string>(handle, "email", { syncOn: "blur" });
  if (state.submitted) {
    return <p data-testid="submitted">Thank you, {state.name}. <button onClick={() => actions.reset()}>Again</button></p>;
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void actions.submit(); }}>
      <label>Name <input data-testid="name" {...name.text} /></label>
      <label>Email <input data-testid="email" type="email" ref={email.ref} /></label>
      <button data-testid="submit">Send</button>{" "}
      <span className="soft" data-testid="form-pending">{name.pending || email.pending ? "not saved yet" : "saved"}</span>
      {error && <p role="alert" data-testid="form-error">{error.message}</p>}
    </form>
  );
}
