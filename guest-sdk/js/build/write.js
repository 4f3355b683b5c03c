// Files that others watch.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** The daemon watches the directory: a file must be there whole, or as it was. `unfinished` is where it is written. */
export async function writeWhole(path, content, unfinished = `${path}.unfinished`) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}
