import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { Counter } from "../src/index.ts";

test("it counts", () => {
  const counter = mount(Counter);
  assert.equal(counter.call("increment", { by: 2 }), 2);
  assert.deepEqual(counter.delta(), { count: 2 });
});
