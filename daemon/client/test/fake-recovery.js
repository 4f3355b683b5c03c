// Signed states of the fake server: nothing is signed, but a state is taken once, and what lost its connection is kept
// for a minute. Users, migrations and limits are left out.

const GRACE_MS = 60_000;
const SETTLE_MS = 1_000;

export class FakeRecovery {
  /** By id; each has its `name`, its `state` and what `send`s to its browser, nothing while it has none. */
  #living = new Map();
  #usedNonces = new Set();
  #nonces = 0;
  #end;

  /** `end` is told of an instance that nobody came back for. */
  constructor(end) {
    this.#end = end;
  }

  add(instance) {
    this.#living.set(instance.id, instance);
  }

  sign({ id, name, state }) {
    const data = JSON.stringify({ ...state, __componentName: name });
    const nonce = `n${++this.#nonces}`;
    return { data, signature: `of ${nonce}`, timestamp: Date.now(), version: 1, componentId: id, nonce };
  }

  /** Its changes are sent as a signed state once they have settled. */
  changed(instance) {
    clearTimeout(instance.settling);
    instance.settling = setTimeout(() => this.#refresh(instance), SETTLE_MS);
  }

  refreshAll() {
    for (const instance of this.#living.values()) this.#refresh(instance);
  }

  lost(instance) {
    instance.send = undefined;
    instance.grace = setTimeout(() => this.ended(instance), GRACE_MS);
  }

  ended(instance) {
    clearTimeout(instance.settling);
    if (this.#living.delete(instance.id)) this.#end(instance);
  }

  /** The instance that a signed state gives back, or makes; throws what refuses it. */
  rehydrate({ component, signedState }, send, make) {
    const { componentId, nonce, data } = signedState;
    const { __componentName, ...state } = JSON.parse(data);
    if (__componentName !== component) throw { code: "INVALID_SIGNATURE", error: "It is of another component" };
    if (this.#usedNonces.has(nonce)) throw { code: "REPLAYED", error: "It was used before" };
    this.#usedNonces.add(nonce);
    const living = this.#living.get(componentId);
    if (living) {
      clearTimeout(living.grace);
      const gone = { type: "COMPONENT_UNMOUNTED", componentId, success: true, code: "REPLAYED", error: "Another connection goes on with it" };
      living.send?.(gone);
      living.send = send;
    }
    return { instance: living ?? make(component, state), recovered: Boolean(living) };
  }

  #refresh(instance) {
    const { id, state, send } = instance;
    send?.({ type: "STATE_UPDATE", componentId: id, payload: { state, signedState: this.sign(instance) } });
  }
}
