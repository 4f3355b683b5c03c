// The form, filled in without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { JsForm, looksLikeAnAddress } from "../src/index.js";

const NOW = 1_700_000_000_000;

function filled() {
  const form = mount(JsForm, { now: NOW });
  form.setValue("name", "Ana");
  form.setValue("email", "ana@example.org");
  return form;
}

test("it starts empty", () => {
  const empty = { name: "", email: "", message: "", submitted: false, submittedAt: null };
  assert.deepEqual(mount(JsForm).state, empty);
});

test("validate tells what is wrong as data", () => {
  const form = mount(JsForm);
  form.setValue("email", "ana@home");
  const errors = { name: "Please tell us your name.", email: '"ana@home" is not an email address.' };
  assert.deepEqual(form.call("validate"), { valid: false, errors });
  assert.deepEqual(form.delta(), {});
});

test("submit fails with the same sentences", () => {
  const form = mount(JsForm);
  assert.throws(() => form.call("submit"), {
    code: "failed",
    message: "Please tell us your email address. Please tell us your name.",
  });
  assert.equal(form.state.submitted, false);
});

test("submit keeps the time of the daemon", () => {
  const form = filled();
  assert.deepEqual(form.call("validate"), { valid: true, errors: {} });
  assert.deepEqual(form.call("submit"), { success: true, submittedAt: NOW });
  assert.deepEqual(form.delta(), { submitted: true, submittedAt: NOW });
});

test("a form is sent once", () => {
  const form = filled();
  form.call("submit");
  assert.throws(() => form.call("submit"), { message: "This form has been sent already." });
});

test("reset empties it", () => {
  const form = filled();
  form.call("submit");
  form.call("reset");
  assert.deepEqual(form.state, mount(JsForm).state);
});

test("addresses are told from other text", () => {
  for (const good of ["a@b.c", "ana.b+c@mail.example.org", "a@b@c.d"]) assert.ok(looksLikeAnAddress(good), good);
  for (const bad of ["ana", "@b.c", "a@b", "a@b.", "a@.c", "a b@c.d"]) assert.ok(!looksLikeAnAddress(bad), bad);
});
