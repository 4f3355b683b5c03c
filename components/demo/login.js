// The demo's login. Whether user and password are right, the app says, whom the daemon asks: a small service that
// `cargo xtask demo` runs.

import { live } from "/live/client.js";

/**
 * For a reload, this tab keeps the demo's well-known passwords. A real app keeps none in reach of a script: it has a
 * session cookie of its own, which the daemon shows it with every connection, and needs no line of this.
 */
const KEY = "liveside-demo-login";
const remembered = () => JSON.parse(sessionStorage.getItem(KEY));

const part = (id) => document.querySelector(`[data-testid="login-${id}"]`);
const [form, user, password, submit] = ["form", "user", "password", "submit"].map(part);
const [who, out, problem] = ["who", "out", "problem"].map(part);

const { connection } = live({ auth: remembered });

/** Until the first answer somebody who comes back is shown no form. */
let comingBack = remembered() !== null;

connection.onUser((name, error) => {
  const hadFocus = form.contains(document.activeElement) || document.activeElement === out;
  who.replaceChildren();
  if (name !== null) who.append("Signed in as ", Object.assign(document.createElement("b"), { textContent: name }));
  else if (comingBack && !error) who.append("Signing in…");
  form.hidden = who.hasChildNodes();
  out.hidden = name === null;
  problem.textContent = error ? sentence(error.message) : "";
  problem.hidden = !error;
  user.setAttribute("aria-invalid", String(error !== null));
  password.setAttribute("aria-invalid", String(error !== null));
  // The control that had it is gone.
  if (hadFocus && document.activeElement === document.body) (name === null ? user : out).focus();
  comingBack = comingBack && name === null && !error;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const credentials = { user: user.value, password: password.value };
  submit.disabled = true;
  try {
    await connection.auth(credentials);
    sessionStorage.setItem(KEY, JSON.stringify(credentials));
    form.reset();
  } catch {
    // `onUser` has told why.
    password.select();
  }
  submit.disabled = false;
});

for (const button of form.querySelectorAll("[data-account]")) {
  button.addEventListener("click", () => {
    user.value = password.value = button.dataset.account;
    submit.focus();
  });
}

out.addEventListener("click", () => {
  sessionStorage.removeItem(KEY);
  connection.signOut().catch(() => {});
});

/** The daemon's words as a sentence: "the credentials were refused". */
function sentence(words) {
  return words[0].toUpperCase() + words.slice(1) + (words.endsWith(".") ? "" : ".");
}
