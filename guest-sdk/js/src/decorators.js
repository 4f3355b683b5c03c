// The standard decorators (TC39). They leave a mark on the method or class; `definition.js` reads it.

const MARKS = Symbol("liveside");

/** What decorators have said of a method or a class. */
export function marksOf(target) {
  return Object.hasOwn(target, MARKS) ? target[MARKS] : {};
}

function mark(target, key, value) {
  if (!Object.hasOwn(target, MARKS)) Object.defineProperty(target, MARKS, { value: {} });
  const list = (target[MARKS][key] ??= []);
  list.push(value);
}

function onMethod(name, context) {
  if (context?.kind === "method" && !context.static && !context.private) return;
  throw new TypeError(`@${name} goes above a method; ${String(context?.name)} is a ${describe(context)}`);
}

function describe(context) {
  if (!context?.kind) return "thing of an older kind of decorator: turn `experimentalDecorators` off";
  return [context.static && "static", context.private && "private", context.kind].filter(Boolean).join(" ");
}

/** Lets browsers call the method: `@action` or `@action({ access, rateLimit, schema, name })`. */
export function action(methodOrOptions, context) {
  const decorate = (options) => (method, context) => {
    onMethod("action", context);
    mark(method, "actions", options);
  };
  return typeof methodOrOptions === "function" ? decorate({})(methodOrOptions, context) : decorate(methodOrOptions ?? {});
}

/** Gives the method what others emit: `@roomEvent("MESSAGE")`, `@roomEvent("MESSAGE", { room: "chat:*" })`. */
export function roomEvent(event, options = {}) {
  return (method, context) => {
    onMethod("roomEvent", context);
    mark(method, "roomEvents", { event, ...options });
  };
}

/** Gives the method the timers of this name: `@timer("tick")`. */
export function timer(name) {
  return (method, context) => {
    onMethod("timer", context);
    mark(method, "timers", name);
  };
}

/** What `static options` says, as a decorator: `@component({ name: "LiveCounter" })`. */
export function component(options) {
  return (Class, context) => {
    if (context?.kind !== "class") throw new TypeError("@component goes above a class");
    mark(Class, "options", options);
  };
}
