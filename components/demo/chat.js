// The chat's lists, and what they need: attributes show single values.

import { handleOf } from "/live/client.js";
import { element, list, timeOfDay } from "./elements.js";

/** Typing holds for four seconds, so it is said again after two. */
const TYPING_MS = 2_000;

const card = document.querySelector("#chat");
const part = (id) => card.querySelector(`[data-testid="chat-${id}"]`);
const [rooms, members, messages, typing] = ["rooms", "members", "messages", "typing"].map(part);
const [text, unlock, password] = ["text", "unlock", "password"].map(part);
const chat = handleOf(card);

/** The rooms that this page has opened: they need no password. */
const own = new Set();
/** What a new mount, after the connection was lost, does not know. */
let last = { name: "", room: undefined };
let shownRoom;

chat.subscribe((state) => {
  const { name, current } = state;
  if (shownRoom !== current?.id) {
    shownRoom = current?.id;
    messages.replaceChildren();
    unlock.hidden = true;
  }
  part("current").textContent = current?.name ?? "No room yet";
  messages.dataset.empty = current ? "Nobody has said anything yet." : name ? "Choose a room." : "Say your name and choose a room.";
  for (const control of [text, part("send")]) control.disabled = !current;
  if (name && document.activeElement !== part("name")) part("name").value = name;
  showRooms(state);
  members.textContent = state.members.map((member) => member.name + (member.owner ? " (owner)" : "")).join(", ");
  members.title = members.textContent;
  showMessages(state);
  typing.textContent = sentence(state.typing);
});

function showRooms({ rooms: listed, current }) {
  const make = () => {
    const button = element("button");
    button.type = "button";
    button.append(element("span", "name"), element("span", "lock", "locked"), element("span", "count"));
    const item = element("li");
    item.append(button);
    return item;
  };
  list(rooms, listed, make, (item, { id, name, members, locked }) => {
    const [button] = item.children;
    button.dataset.room = id;
    button.setAttribute("aria-current", String(id === current?.id));
    const [title, lock, count] = button.children;
    title.textContent = title.title = name;
    lock.hidden = !locked;
    count.textContent = members;
    count.setAttribute("aria-label", `${members} here`);
  });
}

function showMessages({ messages: said, name }) {
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 40;
  list(messages, said, ({ from, text, at }) => {
    const item = element("li", from === name ? "own" : "");
    item.append(element("b", "", from), timeOfDay(at), element("p", "", text));
    return item;
  });
  // Who reads further up is left there.
  if (atEnd) messages.scrollTop = messages.scrollHeight;
}

function sentence(names) {
  if (names.length === 0) return "";
  if (names.length > 3) return "Several people are typing…";
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing…`;
}

rooms.addEventListener("click", ({ target }) => {
  const id = target.closest("[data-room]")?.dataset.room;
  const room = chat.state.rooms.find((room) => room.id === id);
  if (!room || room.id === chat.state.current?.id) return;
  if (!chat.state.name) part("name").focus();
  if (room.locked && !own.has(id) && chat.state.name) return askPassword(room);
  unlock.hidden = true;
  // A refusal shows in the card.
  chat.joinRoom({ room: id }).then(() => text.focus(), () => {});
});

function askPassword({ id, name }) {
  unlock.hidden = false;
  unlock.elements.room.value = id;
  unlock.querySelector("[data-part=name]").textContent = name;
  password.value = "";
  password.focus();
}

part("cancel").addEventListener("click", () => (unlock.hidden = true));

card.addEventListener("liveside:result", ({ detail: { action }, target }) => {
  if (action === "createRoom") {
    own.add(chat.state.current?.id);
    target.reset();
    target.closest("details").open = false;
  }
  if (action === "createRoom" || action === "joinRoom") text.focus();
  if (action === "send" && text.value === sent) text.value = "";
});
card.addEventListener("liveside:error", ({ detail: { action } }) => {
  if (action === "joinRoom") password.select();
});

let sent;
let typingSaid = 0;
part("send-form").addEventListener("submit", () => {
  sent = text.value;
  typingSaid = 0;
});
text.addEventListener("input", () => {
  if (!text.value.trim() || Date.now() - typingSaid < TYPING_MS) return;
  typingSaid = Date.now();
  chat.typing().catch(() => {});
});

// After the connection was lost the component is a new one: it is told the name, and led back to the room.
chat.subscribe("$connected", (connected) => {
  const { name, current } = chat.state;
  if (!connected) return void (last = { name, room: current?.id });
  if (name || !last.name) return;
  const { name: before, room } = last;
  chat
    .setName({ name: before })
    .then(() => room && chat.joinRoom({ room }))
    .catch(() => {});
});
