// What is read from a class, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Component, action, component, roomEvent, timer } from "@liveside/component";
import { mount } from "@liveside/component/testing";
import { entryOf } from "../src/definition.js";

const definitionOf = (Class) => entryOf(Class).definition;

test("options become the definition", () => {
  class Shop extends Component {
    static options = {
      version: "2.1.0", access: { roles: ["seller"] }, rateLimit: { burst: 5, perMinute: 60 }, singleton: { lingerMs: 100 },
      durable: true, fresh: true, logging: ["rooms"], stateSchema: { type: "object" }, persistent: { sold: 0 },
      setValue: true, props: "none",
    };
    static actions = { sell: { schema: { type: "object" }, rateLimit: { burst: 1, perMinute: 1 }, name: "sellOne" } };
    open = true;
    sell() {}
  }
  const definition = definitionOf(Shop);
  assert.equal(definition.name, "Shop");
  assert.equal(definition.version, "2.1.0");
  assert.deepEqual(definition.access, { authenticated: true, roles: ["seller"], permissions: [] });
  assert.deepEqual(definition.singleton, { lingerMs: 100 });
  assert.equal(definition.isolation, "fresh");
  assert.equal(definition.logging.rooms, true);
  assert.equal(definition.logging.state, false);
  assert.equal(definition.persistentDefaults, '{"sold":0}');
  assert.equal(definition.defaultState, '{"open":true}');
  assert.deepEqual(definition.actions, [
    { name: "sellOne", access: null, rateLimit: { burst: 1, perMinute: 1 }, payloadSchema: '{"type":"object"}' },
    { name: "setValue", access: null, rateLimit: null, payloadSchema: null },
  ]);
});

test("decorators say the same", () => {
  @component({ name: "Clock", singleton: "keep" })
  class Watch extends Component {
    ticks = 0;
    @action({ access: "authenticated" })
    wind() {
      this.context.timers.every(100, "tick", { by: 2 });
    }
    @action
    stop() {}
    @roomEvent("NOON", { room: "town:*" })
    noon() {}
    @timer("tick")
    tick({ by }) {
      this.ticks += by;
    }
    other() {}
  }
  const definition = definitionOf(Watch);
  assert.equal(definition.name, "Clock");
  assert.deepEqual(definition.singleton, { lingerMs: null });
  assert.deepEqual(definition.actions.map(({ name }) => name), ["wind", "stop"]);
  assert.deepEqual(definition.roomSubscriptions, [{ room: "town:*", event: "NOON" }]);
  assert.deepEqual(definition.hiddenActions.map(({ name }) => name), ["other"]);
  const watch = mount(Watch, { user: "ana" });
  watch.call("wind");
  watch.advance(250);
  assert.equal(watch.state.ticks, 4);
});

test("what a class inherits is its own", () => {
  class Base extends Component {
    static actions = ["reset"];
    count = 0;
    onMount() {
      this.count = 1;
    }
    reset() {
      this.count = 0;
    }
  }
  class Derived extends Base {
    static actions = [...super.actions, "double"];
    double() {
      this.count *= 2;
    }
  }
  const derived = mount(Derived);
  derived.call("double");
  assert.equal(derived.state.count, 2);
  assert.deepEqual(derived.definition.hiddenActions, []);
});

const WRONG = [
  ["an unknown option", class A extends Component { static options = { versoin: "1" }; }, /A: there is no option `versoin`; there are name/],
  ["an action without a method", class A extends Component { static actions = ["go"]; }, /names `go`, which is no method/],
  ["a hook as an action", class A extends Component { static actions = ["onMount"]; onMount() {} }, /`onMount` is a hook/],
  ["what looks like a hook", class A extends Component { onMuont() {} }, /`onMuont` looks like a hook and is none; hooks are onConnect/],
  ["a rate of nothing", class A extends Component { static options = { rateLimit: { burst: 1 } }; }, /both above 0/],
  ["a field and a method of one name", class A extends Component { go = 1; go() {} }, /`go` is a field and a method/],
  ["a default that is no JSON", class A extends Component { go = new Map(); }, /The field `go` of A holds a Map/],
  ["the context in a default", class A extends Component { user = this.context.session.userId; }, /`this.context` is not there yet.*`onMount`/],
  ["a bad name", class A extends Component { static options = { name: "My Counter" }; }, /My Counter: a name is 1 to 64/],
  ["no component", class A {}, /A is no component: write `class .. extends Component`/],
];

for (const [what, Class, message] of WRONG) {
  test(`${what} is refused with a sentence`, () => assert.throws(() => entryOf(Class), message));
}

test("access is checked as the daemon does", () => {
  class Vault extends Component {
    static options = { access: "authenticated" };
    static actions = { open: { access: { permissions: ["keys"] } } };
    open() {
      return "gold";
    }
  }
  assert.throws(() => mount(Vault), { code: "denied", message: "Vault needs an authenticated user" });
  const vault = mount(Vault, { user: "ana" });
  assert.throws(() => vault.call("open"), { code: "denied", message: "`open` of Vault needs the permission `keys`" });
  vault.signIn({ id: "bo", permissions: ["keys"] });
  assert.equal(vault.call("open"), "gold");
});
