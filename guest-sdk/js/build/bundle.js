// The author's source and the SDK as one ES module.

import { existsSync } from "node:fs";
import { join } from "node:path";

import * as esbuild from "esbuild";

const SOURCES = ["src/index.ts", "src/index.js", "src/index.mts", "src/index.mjs"];

/** Bundles a project and hands the source to `finish`; with `watch`, at every change. */
export async function bundler({ project, define, watch, finish }) {
  const options = optionsFor({ project, define });
  if (!watch) {
    const { outputFiles } = await esbuild.build(options);
    return finish(outputFiles[0].text);
  }
  const onEnd = async ({ errors, outputFiles }) => {
    if (errors.length > 0) return;
    await finish(outputFiles[0].text).catch((error) => console.error(error.message));
  };
  const plugins = [{ name: "finish", setup: (build) => build.onEnd(onEnd) }];
  const context = await esbuild.context({ ...options, plugins });
  await context.watch();
}

/** How a project is bundled. */
export function optionsFor({ project, define = {} }) {
  const source = SOURCES.find((path) => existsSync(join(project, path)));
  if (!source) throw new Error(`There is no source in ${project}: write ${SOURCES[0]} or ${SOURCES[1]}`);
  return {
    stdin: {
      contents: [
        'import "@liveside/component/globals";',
        `import * as exported from "./${source}";`,
        'import { serve } from "@liveside/component/module";',
        "export const component = serve(exported);",
      ].join("\n"),
      resolveDir: project,
      sourcefile: "liveside-entry.js",
    },
    absWorkingDir: project,
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    // See src/module/jobs.js.
    supported: { "async-await": false, "async-generator": false, "for-await": false },
    external: ["liveside:*"],
    charset: "utf8",
    define: { global: "globalThis", ...define },
    logLevel: "warning",
  };
}
