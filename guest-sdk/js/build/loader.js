// Node's module hooks: see register.js.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { transform } from "esbuild";

const LOADERS = { ts: "ts", mts: "ts", js: "js", mjs: "js" };

/** Compiles sources outside of node_modules. */
export async function load(url, context, nextLoad) {
  const kind = LOADERS[/\.(\w+)$/.exec(url)?.[1]];
  if (!kind || !url.startsWith("file:") || url.includes("/node_modules/")) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const source = await readFile(path, "utf8");
  if (kind === "js" && context.format === "commonjs") return nextLoad(url, context);
  const { code } = await transform(source, { loader: kind, target: "es2022", keepNames: true, sourcefile: path, sourcemap: "inline" });
  return { format: "module", source: code, shortCircuit: true };
}
