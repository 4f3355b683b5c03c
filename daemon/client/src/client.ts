// The ES module that the daemon serves as `/live/client.js`.

import { clientIs } from "./beside.ts";
import { start, startWhenReady } from "./html/start.ts";

export { LiveError } from "./errors.ts";
export { handleOf } from "./html/start.ts";
export { live } from "./live.ts";
export { start };

clientIs(import.meta.url);
startWhenReady();
