// The class that authors extend.

let opening = null;

/** A component, or the logic of rooms. Its fields are the state; see the README. */
export class Component {
  // Private, so that it is never taken for a field of the state.
  #context = opening;

  /** The daemon, as far as this event may use it. */
  get context() {
    if (this.#context) return this.#context;
    throw new TypeError("`this.context` is there while an event runs, not in the defaults of fields");
  }
}

/** Makes an object of the class whose `context` is this one. Its fields have their defaults. */
export function construct(Class, context) {
  const before = opening;
  opening = context;
  try {
    return new Class();
  } finally {
    opening = before;
  }
}
