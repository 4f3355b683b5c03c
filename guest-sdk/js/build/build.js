// One build: bundle, make a module of it, write.

import { readFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";

import { bundler } from "./bundle.js";
import { quickener } from "./quick.js";
import { writeWhole } from "./write.js";

/** Builds a project, once or at every change. With `quick`, for trying it out. */
export async function build({ dir, out, define, watch, small, quick }) {
  const project = resolve(dir);
  const target = resolve(out ?? join(project, "dist", `${await nameOf(project)}.wasm`));
  const bundle = target.replace(/\.wasm$/, "") + ".bundle.js";
  const write = async (started, source, module) => {
    await writeWhole(target, module);
    // Stack traces in the daemon's log name lines of this file.
    await writeWhole(bundle, source);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${relative(process.cwd(), target)}: ${(module.length / 1e6).toFixed(2)} MB, ${seconds} s`);
  };
  const ordinarily = async (watch) => {
    // It is slow to load, and a quick build has no use for it.
    const { componentizer } = await import("./componentize.js");
    const componentize = componentizer({ small });
    const finish = async (source) => write(performance.now(), source, await componentize(source));
    await bundler({ project, define, watch, finish });
  };
  const quickly = quick ? await quickener({ project, small }) : null;
  if (!quickly) return ordinarily(watch);
  const finish = async (source) => {
    const started = performance.now();
    const module = quickly.module(source, basename(bundle));
    return module ? write(started, source, module) : ordinarily(false);
  };
  await bundler({ project, define, sdk: quickly.names, watch, finish });
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
