// The ES module that the daemon serves as `/live/client.js`.

import { start, startWhenReady } from "./html/start.ts";
import { overlayBeside } from "./reload.ts";

export { LiveError } from "./errors.ts";
export { handleOf } from "./html/start.ts";
export { live } from "./live.ts";
export { start };

overlayBeside(import.meta.url);
startWhenReady();
