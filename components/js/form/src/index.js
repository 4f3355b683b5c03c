// A form whose fields are state: the browser sets them with `setValue` while somebody types, `validate` says as data
// what is wrong, `submit` fails as an action.

import { Component } from "@liveside/component";

/** A message is a few lines, not a file. */
const LONGEST_MESSAGE = 2000;

export class JsForm extends Component {
  static options = { version: "1.0.0", setValue: true };
  static actions = ["validate", "submit", "reset"];

  name = "";
  email = "";
  message = "";
  submitted = false;
  /** Milliseconds since the Unix epoch. */
  submittedAt = null;

  validate() {
    const errors = this.#errors();
    return { valid: Object.keys(errors).length === 0, errors };
  }

  submit() {
    const errors = Object.values(this.#errors());
    if (errors.length > 0) throw new Error(errors.join(" "));
    if (this.submitted) throw new Error("This form has been sent already.");
    this.submitted = true;
    this.submittedAt = Date.now();
    return { success: true, submittedAt: this.submittedAt };
  }

  reset() {
    Object.assign(this, this.context.initialState);
  }

  /** A sentence for each field that is not as it should be. */
  #errors() {
    const errors = {};
    const email = this.email.trim();
    if (email === "") errors.email = "Please tell us your email address.";
    else if (!looksLikeAnAddress(email)) errors.email = `"${email}" is not an email address.`;
    if ([...this.message].length > LONGEST_MESSAGE) {
      errors.message = `Please use at most ${LONGEST_MESSAGE} characters.`;
    }
    if (this.name.trim() === "") errors.name = "Please tell us your name.";
    return errors;
  }
}

/** Something before an `@` and a domain with a dot behind it. Whether somebody reads it, only a message can tell. */
export function looksLikeAnAddress(text) {
  const at = text.lastIndexOf("@");
  const domain = text.slice(at + 1);
  const innerDot = domain.includes(".") && !domain.startsWith(".") && !domain.endsWith(".");
  return at > 0 && innerDot && !/\s/.test(text);
}
