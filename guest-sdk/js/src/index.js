// What authors import.

export { Component } from "./component.js";
export { HostError, LiveError } from "./errors.js";
export { action, component, roomEvent, timer } from "./decorators.js";
