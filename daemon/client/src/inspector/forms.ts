// What somebody is about to do to an instance: the text that they type, what is wrong with it, and what came of it.

import type { CallOutcome, Json, JsonObject } from "./contract.ts";
import { parseJson } from "./json.ts";

type Changed = () => void;
type Call = (action: string, payload: Json | undefined) => Promise<CallOutcome>;
type Edit = (changes: JsonObject) => Promise<void>;
const sentence = (error: unknown) => (error as Error).message;

/** An action with its payload. */
export class CallForm {
  action = "";
  text = "";
  running = false;
  outcome: CallOutcome | undefined;
  /** The action that the outcome is of. */
  ran = "";
  readonly #send: Call;
  readonly #changed: Changed;

  constructor(send: Call, changed: Changed) {
    this.#send = send;
    this.#changed = changed;
  }

  /** No text is no payload. */
  get problem(): string | undefined {
    return this.text.trim() ? parseJson(this.text).problem : undefined;
  }

  async run(): Promise<void> {
    if (this.running || !this.action || this.problem) return;
    this.running = true;
    this.ran = this.action;
    this.outcome = undefined;
    this.#changed();
    try {
      this.outcome = await this.#send(this.action, this.text.trim() ? parseJson(this.text).value : undefined);
    } catch (error) {
      const { code = null } = error as { code?: string };
      this.outcome = { success: false, result: null, error: sentence(error), code };
    }
    this.running = false;
    this.#changed();
  }
}

/** One key of a state, which is given another value. */
export class EditForm {
  readonly key: string;
  text: string;
  running = false;
  /** Why it was not taken. */
  refusal: string | undefined;
  readonly #send: Edit;
  readonly #done: Changed;

  constructor(key: string, value: Json, send: Edit, done: Changed) {
    this.key = key;
    this.text = JSON.stringify(value, null, 2);
    this.#send = send;
    this.#done = done;
  }

  get problem(): string | undefined {
    return parseJson(this.text).problem;
  }

  /** Resolves with whether it was taken. */
  async save(): Promise<boolean> {
    const { value } = parseJson(this.text);
    if (this.running || value === undefined) return false;
    this.running = true;
    this.refusal = undefined;
    this.#done();
    try {
      await this.#send({ [this.key]: value });
    } catch (error) {
      this.refusal = sentence(error);
    }
    this.running = false;
    this.#done();
    return this.refusal === undefined;
  }
}
