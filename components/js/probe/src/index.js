// Every feature once: the fixture of tests/conformance. Not an example.

export { JsBox } from "./box.js";
export { JsHall } from "./hall.js";
export { JsProbe } from "./probe.js";
