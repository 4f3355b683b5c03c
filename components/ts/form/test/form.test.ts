// The form, filled in without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { Form } from "../src/index.ts";

const NOW = 1_700_000_000_000;

function filled() {
  const form = mount(Form, { now: NOW });
  form.setValue("name", "Ana");
  form.setValue("email", "ana@example.org");
  return form;
}

test("validate tells what is wrong as data", () => {
  const form = mount(Form);
  form.setValue("email", "ana@home");
  const errors = { name: "Please tell us your name.", email: '"ana@home" is not an email address.' };
  assert.deepEqual(form.call("validate"), { valid: false, errors });
  assert.deepEqual(form.delta(), {});
});

test("submit fails with sentences, and keeps the time of the daemon", () => {
  const message = "Please tell us your email address. Please tell us your name.";
  assert.throws(() => mount(Form).call("submit"), { code: "failed", message });
  const form = filled();
  assert.deepEqual(form.call("submit"), { success: true, submittedAt: NOW });
  assert.deepEqual(form.delta(), { submitted: true, submittedAt: NOW });
  assert.throws(() => form.call("submit"), { message: "This form has been sent already." });
});

test("reset empties it", () => {
  const form = filled();
  form.call("reset");
  assert.deepEqual(form.state, mount(Form).state);
});
