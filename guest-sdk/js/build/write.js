// Files that others watch.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** The daemon watches the directory: a file must be there whole, or as it was. */
export async function writeWhole(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}
