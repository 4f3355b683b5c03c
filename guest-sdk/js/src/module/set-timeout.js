// What would run after the event: there is no after. Each says what to use instead.

for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
  globalThis[name] = () => {
    throw new TypeError(`${name} ends with the event: use \`this.context.timers\`, whose timers survive it`);
  };
}
globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = () => {};
