// Every feature once: the fixture of tests/conformance. Not an example.

import { First } from "./first.ts";
import { Second } from "./second.ts";

export { Box } from "./box.ts";
export { Hall } from "./hall.ts";

/** Set by the build of `probe-v2`. */
declare const SECOND_VERSION: boolean | undefined;

export const Probe = typeof SECOND_VERSION !== "undefined" && SECOND_VERSION ? Second : First;
