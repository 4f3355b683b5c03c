// The script of `/live/inspector`.

import { live } from "../client.ts";
import { App } from "./app.ts";
import { listenForKeys } from "./keyboard.ts";

// Without storage: what the page was mounted with, its key, must not lie in the browser.
const app = new App(live({ storage: false }), document.getElementById("inspector")!);
listenForKeys(app);
