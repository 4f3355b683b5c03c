// A form whose fields are state: components/js/form, with types and decorators.

import { Component, action, component } from "@liveside/component";

/** A message is a few lines, not a file. */
const LONGEST_MESSAGE = 2000;

/** A sentence for each field that is not as it should be. */
type Errors = Partial<Record<"name" | "email" | "message", string>>;

@component({ name: "TsForm", version: "1.0.0", setValue: true })
export class Form extends Component {
  name = "";
  email = "";
  message = "";
  submitted = false;
  /** Milliseconds since the Unix epoch. */
  submittedAt: number | null = null;

  @action
  validate(): { valid: boolean; errors: Errors } {
    const errors = this.#errors();
    return { valid: Object.keys(errors).length === 0, errors };
  }

  @action
  submit(): { success: true; submittedAt: number } {
    const errors = Object.values(this.#errors());
    if (errors.length > 0) throw new Error(errors.join(" "));
    if (this.submitted) throw new Error("This form has been sent already.");
    const submittedAt = Date.now();
    this.submitted = true;
    this.submittedAt = submittedAt;
    return { success: true, submittedAt };
  }

  @action
  reset(): void {
    Object.assign(this, this.context.initialState);
  }

  #errors(): Errors {
    const errors: Errors = {};
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
export function looksLikeAnAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  const domain = text.slice(at + 1);
  const innerDot = domain.includes(".") && !domain.startsWith(".") && !domain.endsWith(".");
  return at > 0 && innerDot && !/\s/.test(text);
}
