// The users and the audit of the admin panel.

import { handleOf } from "/live/client.js";
import { guard } from "./door.js";
import { element, list, timeOfDay } from "./elements.js";

/** What an action of the audit is called. */
const DID = { addUser: "added", deleteUser: "deleted", clearAudit: "cleared the audit" };

const card = document.querySelector("#panel");
const part = (id) => card.querySelector(`[data-testid="panel-${id}"]`);
const [users, none, audit, form] = ["users", "none", "audit", "form"].map(part);
const rows = users.querySelector("tbody");
const panel = handleOf(card);

guard(card, () => {
  show({ users: [], audit: [] });
  form.reset();
});

panel.subscribe((state) => panel.$connected && show(state));

function show({ users: listed, audit: lines }) {
  list(rows, listed, userRow);
  users.hidden = listed.length === 0;
  none.hidden = listed.length > 0;
  // A line has no id of its own, and is never changed.
  const named = lines.map((line) => ({ ...line, id: Object.values(line).join(" ") }));
  list(audit, named.toReversed(), auditLine);
}

function userRow({ id, name, role }) {
  const row = element("tr");
  const title = element("th", "", name);
  title.scope = "row";
  const button = element("button", "quiet small", "Delete");
  button.type = "button";
  button.dataset.testid = "panel-delete";
  button.setAttribute("aria-label", `Delete ${name}`);
  button.addEventListener("click", () => {
    // Where it is refused the card says why. Where it is done, the focus would be lost with the button.
    panel.deleteUser({ id }).then(
      () => part("name").focus(),
      () => {},
    );
  });
  const end = element("td", "end");
  end.append(button);
  row.append(title, element("td", "role", role), end);
  return row;
}

function auditLine({ at, by, action, detail }) {
  const item = element("li");
  const words = element("span");
  words.append(element("b", "", by), ` ${DID[action] ?? action} ${detail}`);
  item.append(words, timeOfDay(at));
  return item;
}

card.addEventListener("liveside:result", ({ detail: { action } }) => {
  if (action !== "addUser") return;
  form.reset();
  part("name").focus();
});
