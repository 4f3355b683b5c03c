// What sends files, served as `/live/upload.js`. A file of its own: uploads.ts and the attribute `live-upload` load it
// when a page uses them.

import { bindUpload } from "./html/upload.ts";
import { Transfer } from "./transfer.ts";
import type { Line, Sender, Task } from "./uploads.ts";

export const send = (task: Task, line: Line): Transfer => new Transfer(task, line);

export { bindUpload };

({ send, bindUpload }) satisfies Sender;
