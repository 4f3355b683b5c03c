// The author's source and the SDK as one text.

import { existsSync } from "node:fs";
import { join } from "node:path";

import * as esbuild from "esbuild";

const SOURCES = ["src/index.ts", "src/index.js", "src/index.mts", "src/index.mjs"];

/** Bundles a project and hands the source to `finish`; with `watch`, at every change. For `sdk` see `optionsFor`. */
export async function bundler({ project, define, sdk, watch, finish }) {
  const options = optionsFor({ project, define, sdk });
  if (!watch) {
    const { outputFiles } = await esbuild.build(options);
    return finish(outputFiles[0].text);
  }
  const onEnd = async ({ errors, outputFiles }) => {
    if (errors.length > 0) return;
    await finish(outputFiles[0].text).catch((error) => console.error(error.message));
  };
  const plugins = [...(options.plugins ?? []), { name: "finish", setup: (build) => build.onEnd(onEnd) }];
  const context = await esbuild.context({ ...options, plugins });
  await context.watch();
}

/** How a project is bundled. With `sdk`, the names that it has, it is without the SDK and is the text of a function. */
export function optionsFor({ project, define = {}, sdk }) {
  const source = SOURCES.find((path) => existsSync(join(project, path)));
  if (!source) throw new Error(`There is no source in ${project}: write ${SOURCES[0]} or ${SOURCES[1]}`);
  const ordinary = options({ dir: project, contents: entry(source), define });
  if (!sdk) return ordinary;
  return {
    ...ordinary,
    stdin: undefined,
    entryPoints: [source],
    format: "cjs",
    // On the first line, so that its own is the line of the file.
    banner: { js: '(function (require, module, exports, __liveside) { "use strict";' },
    footer: { js: "})" },
    plugins: [standIn(sdk)],
  };
}

/** The base of quick builds as one text: a module for the daemon's engine, or `cjs` for the one at hand. */
export async function bundleBase(sdk, format) {
  const contents = 'export { evaluate, exported as component, names } from "./src/module/quick.js";';
  const { outputFiles } = await esbuild.build({ ...options({ dir: sdk, contents }), format });
  return outputFiles[0].text;
}

function entry(source) {
  return [
    'import "@liveside/component/globals";',
    `import * as exported from "./${source}";`,
    'import { serve } from "@liveside/component/module";',
    "export const component = serve(exported);",
  ].join("\n");
}

function options({ dir, contents, define }) {
  return {
    stdin: { contents, resolveDir: dir, sourcefile: "liveside-entry.js" },
    absWorkingDir: dir,
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

/** The SDK of the base instead of a second one. */
function standIn(names) {
  // One by one: a name that is not imported takes none from the author.
  const contents = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => __liveside.${name})();`).join("\n");
  return {
    name: "stand-in",
    setup(build) {
      build.onResolve({ filter: /^@liveside\/component$/ }, ({ path }) => ({ path, namespace: "liveside" }));
      build.onLoad({ filter: /.*/, namespace: "liveside" }, () => ({ contents }));
    },
  };
}
