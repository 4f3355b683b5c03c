// One build: bundle, componentize, write.

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";

import { bundler } from "./bundle.js";
import { componentizer } from "./componentize.js";

/** Builds a project, once or at every change. */
export async function build({ dir, out, define, watch, small }) {
  const project = resolve(dir);
  const name = await nameOf(project);
  const target = resolve(out ?? join(project, "dist", `${name}.wasm`));
  const componentize = componentizer({ small });
  const finish = async (source) => {
    const started = performance.now();
    const module = await componentize(source);
    await writeWhole(target, module);
    // Stack traces in the daemon's log name lines of this file.
    await writeWhole(target.replace(/\.wasm$/, "") + ".bundle.js", source);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${relative(process.cwd(), target)}: ${(module.length / 1e6).toFixed(2)} MB, ${seconds} s`);
  };
  await bundler({ project, define, watch, finish });
}

async function nameOf(project) {
  try {
    const { name } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    return name ? basename(name) : basename(project);
  } catch (error) {
    if (error.code === "ENOENT") return basename(project);
    throw new Error(`${join(project, "package.json")}: ${error.message}`);
  }
}

/** The daemon watches the directory: a file must be there whole, or as it was. */
async function writeWhole(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}
