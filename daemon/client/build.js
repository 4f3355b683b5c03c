// Builds dist/, or with --check tells whether dist/ is what the sources give.
//
// dist/ is committed, so that the daemon builds without Node; the same sources give the same bytes.

import { readFileSync, readdirSync, mkdirSync, writeFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");

/** What a page in production loads must stay small, and what it loads while somebody waits for it. */
const MAX_GZIPPED_BYTES = { "client.js": 12 * 1024, "client.global.js": 12 * 1024, "upload.js": 3 * 1024, "inspector.js": 20 * 1024 };

/** A library that is bundled wants its licence to go with it. */
const licenseOf = (library) => `/*! ${library}. ${readFileSync(join(here, "node_modules", library, "LICENSE"), "utf8").trim()} */`;

/** The inspector's page loads the client that lies beside its script, as any page would. */
const clientBeside = {
  name: "client-beside",
  setup: ({ onResolve }) => onResolve({ filter: /\/client\.ts$/ }, () => ({ path: "./client.js", external: true })),
};

/** @param {"esm" | "iife"} format */
async function bundle(entry, outfile, format, banner = "", plugins = []) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [`src/${entry}`],
    outfile: `dist/${outfile}`,
    format,
    bundle: true,
    minify: true,
    target: "es2022",
    charset: "utf8",
    sourcemap: "linked",
    banner: { js: banner },
    legalComments: "none",
    plugins,
    write: false,
    logLevel: "warning",
  });
  return outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]);
}

async function files() {
  const built = await Promise.all([
    bundle("client.ts", "client.js", "esm"),
    bundle("global.ts", "client.global.js", "iife"),
    bundle("overlay.ts", "overlay.js", "esm"),
    bundle("msgpack.ts", "msgpack.js", "esm", licenseOf("@msgpack/msgpack")),
    bundle("upload.ts", "upload.js", "esm"),
    bundle("inspector/main.ts", "inspector.js", "esm", licenseOf("lit-html"), [clientBeside]),
  ]);
  // The inspector's page and its styles are served as they are written.
  const page = ["inspector.html", "inspector.css"].map((name) => [name, readFileSync(join(here, "src/inspector", name))]);
  // The public types are written by hand in one file of declarations, which is published as it is.
  const types = readFileSync(join(here, "src/api.ts"));
  return new Map([...built.flat(), ...page, ["client.d.ts", types]]);
}

const built = await files();

if (process.argv.includes("--check")) {
  const committed = new Set(readdirSync(dist));
  const stale = [...built].filter(([name, bytes]) => !committed.delete(name) || !bytes.equals(readFileSync(join(dist, name))));
  const wrong = [...stale.map(([name]) => name), ...committed];
  if (wrong.length > 0) {
    console.error(`dist/ is not what the sources give (${wrong.join(", ")}): run "npm run build" and commit it`);
    process.exit(1);
  }
} else {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const [name, bytes] of built) writeFileSync(join(dist, name), bytes);
}

for (const name of ["client.js", "client.global.js", "upload.js", "overlay.js", "msgpack.js", "inspector.js", "inspector.css"]) {
  const { length } = gzipSync(built.get(name), { level: 9 });
  console.log(`${name}: ${built.get(name).length} bytes, ${length} gzipped`);
  const limit = MAX_GZIPPED_BYTES[name];
  if (length > limit) {
    console.error(`${name} is over the limit of ${limit} bytes`);
    process.exit(1);
  }
}
