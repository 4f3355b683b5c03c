// What quick builds begin with: the engine and the SDK as a module, made once and kept beside the packages.

import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { bundleBase } from "./bundle.js";
import { wit } from "./wit.js";
import { writeWhole } from "./write.js";

const SDK = fileURLToPath(new URL("..", import.meta.url));
const CHANGES = /\.(js|json|wit)$/;

/** The base for a project: the bytes of the module, and its source as a script for this engine. */
export async function baseFor(project, { small }) {
  const cache = join(packages(project), ".cache/liveside");
  const name = join(cache, `js-${await fingerprint(small)}`);
  const [module, script] = [`${name}.wasm`, `${name}.js`];
  if (!existsSync(module) || !existsSync(script)) {
    const { componentizer } = await import("./componentize.js");
    // Projects that share their packages may do this at once.
    const write = (path, content) => writeWhole(path, content, `${path}.${process.pid}`);
    await write(script, await bundleBase(SDK, "cjs"));
    await write(module, await componentizer({ small })(await bundleBase(SDK, "esm")));
  }
  return { module, bytes: await readFile(module), script: await readFile(script, "utf8") };
}

/** The nearest folder of packages. */
function packages(project) {
  const here = join(project, "node_modules");
  if (existsSync(here) || dirname(project) === project) return here;
  const above = packages(dirname(project));
  return existsSync(above) ? above : here;
}

/** Stands for all that the base is made of. */
async function fingerprint(small) {
  const own = ["src", "build"].flatMap((folder) =>
    readdirSync(join(SDK, folder), { recursive: true }).map((file) => join(SDK, folder, file)),
  );
  const interfaces = readdirSync(wit()).map((file) => join(wit(), file));
  const engine = createRequire(import.meta.url).resolve("componentize-qjs/package.json");
  const files = [...own, ...interfaces, join(SDK, "package.json"), engine].filter((file) => CHANGES.test(file)).sort();
  const hash = createHash("sha256").update(String(small));
  for (const content of await Promise.all(files.map((file) => readFile(file)))) hash.update(content).update("\0");
  return hash.digest("hex").slice(0, 16);
}
