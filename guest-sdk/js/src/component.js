// The class that authors extend.

import { TOO_EARLY } from "./host.js";

let opening = null;

/** What `state.js` knows of the fields of an object, for as long as an event runs. */
export let fieldsOf;

/** A component, or the logic of rooms. Its fields are the state; see the README. */
export class Component {
  // Private, so that they are never taken for fields of the state.
  #context = opening?.context;
  #fields = opening?.fields;

  static {
    fieldsOf = (object) => object.#fields;
  }

  /** The daemon, as far as this event may use it. */
  get context() {
    if (this.#context) return this.#context;
    throw new Error(`\`this.context\` is not there yet: ${TOO_EARLY}`);
  }
}

/** Makes an object of the class, for an event (`{ context, fields }`) or for its defaults. */
export function construct(Class, event = null) {
  const before = opening;
  opening = event;
  try {
    return new Class();
  } finally {
    opening = before;
  }
}
