// The messages of the protected chat, with what may be done with them.

import { handleOf } from "/live/client.js";
import { guard } from "./door.js";
import { element, list, timeOfDay } from "./elements.js";

const card = document.querySelector("#protected");
const part = (id) => card.querySelector(`[data-testid="protected-${id}"]`);
const [messages, text, form] = ["messages", "text", "form"].map(part);
const chat = handleOf(card);

guard(card, () => {
  messages.replaceChildren();
  form.reset();
});

chat.subscribe(({ messages: said = [], user }) => {
  if (!chat.$connected) return;
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 40;
  list(messages, said, (message) => row(message, message.author === user));
  // Who reads further up is left there.
  if (atEnd) messages.scrollTop = messages.scrollHeight;
});

/** Everybody has the button: who may delete is the room's to say, and it says so in a sentence. */
function row({ id, author, text, at }, own) {
  const item = element("li", own ? "own" : "");
  const button = element("button", "quiet small", "Delete");
  button.type = "button";
  button.dataset.testid = "protected-delete";
  button.setAttribute("aria-label", `Delete what ${author} said: ${text}`);
  button.addEventListener("click", () => {
    // Where it is refused the card says why. Where it is done, the focus would be lost with the button.
    chat.delete({ id }).then(
      () => messages.focus(),
      () => {},
    );
  });
  item.append(element("b", "", author), timeOfDay(at), button, element("p", "", text));
  return item;
}

let sent;
form.addEventListener("submit", () => (sent = text.value));
card.addEventListener("liveside:result", ({ detail: { action } }) => {
  if (action === "send" && text.value === sent) text.value = "";
});
