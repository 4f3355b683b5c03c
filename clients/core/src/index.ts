// `@liveside/client`: the browser client of daemon/client, to be imported by what is bundled.
//
// Other than the script that the daemon serves it does nothing by itself: `start()` brings the attributes of a page to
// life where that is wanted. What the client loads only when it is needed are chunks of the bundle here.

import { clientIs } from "../../../daemon/client/src/beside.ts";

export { LiveError } from "../../../daemon/client/src/errors.ts";
export { handleOf, start } from "../../../daemon/client/src/html/start.ts";
export { live } from "../../../daemon/client/src/live.ts";

const files: Record<string, () => Promise<unknown>> = {
  "msgpack.js": () => import("../../../daemon/client/src/msgpack.ts"),
  "overlay.js": () => import("../../../daemon/client/src/overlay.ts"),
  "upload.js": () => import("../../../daemon/client/src/upload.ts"),
};

clientIs((file) => files[file]!());
