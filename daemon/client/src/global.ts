// The classic script that the daemon serves as `/live/client.global.js`: the same, on `window`.

import { clientIs } from "./beside.ts";
import { LiveError } from "./errors.ts";
import { handleOf, start, startWhenReady } from "./html/start.ts";
import { live } from "./live.ts";

window.liveside = { live, start, handleOf, LiveError };
window.live = live;

clientIs((document.currentScript as HTMLScriptElement | null)?.src);
startWhenReady();
