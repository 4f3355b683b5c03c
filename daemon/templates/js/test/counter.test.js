import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "@liveside/component/testing";

import { {{component}} } from "../src/index.js";

test("it counts", () => {
  const counter = mount({{component}});
  assert.equal(counter.call("increment", { by: 2 }), 2);
  assert.deepEqual(counter.delta(), { count: 2 });
});
