// Cards that are not for everybody. The daemon decides who comes in; this shows what it has decided.

import { handleOf, live } from "/live/client.js";

const { connection } = live();

/**
 * Shows a card's inside (`data-part="inside"`) to whom the component was mounted for, and its door (`data-part="door"`) to
 * everybody else: that somebody has to sign in (`data-door="nobody"`), or that something is missing (`data-door="user"`).
 * Being refused at the door is no error. Every other failure is one, and shows in the card's `.error`.
 *
 * `empty` takes away what was shown: the handle keeps its last state, which is not for whoever comes next.
 */
export function guard(card, empty) {
  const handle = handleOf(card);
  const [door, inside] = ["door", "inside"].map((name) => card.querySelector(`[data-part="${name}"]`));
  const problem = card.querySelector(".error");
  let refusal = null;

  function look() {
    const { $connected, $error } = handle;
    if ($connected) refusal = null;
    else if ($error?.code === "AUTH_DENIED" && !$error.action) refusal = $error;

    if (refusal) {
      empty();
      const reason = connection.user === null ? "nobody" : "user";
      for (const words of door.querySelectorAll("[data-door]")) words.hidden = words.dataset.door !== reason;
    }
    door.hidden = !refusal;
    // While the connection is lost it stays open: what was there is there still.
    if (refusal || $connected) inside.hidden = !$connected;
    card.classList.toggle("closed", refusal !== null);

    const failure = $error && $error !== refusal ? $error.message : "";
    if (problem.textContent !== failure) problem.textContent = failure;
    problem.hidden = !failure;
  }

  handle.subscribe("$connected", look);
  handle.subscribe("$error", look);
  // Who signs in is let in, or refused with another reason, a moment later. Until then the words stay.
  connection.onUser((user) => user === null && look());
}
