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
const MAX_GZIPPED_BYTES = { "client.js": 12 * 1024, "client.global.js": 12 * 1024, "upload.js": 3 * 1024 };

/** The codec's library is bundled, and its licence wants to go with it. */
const MSGPACK_LICENSE = `/*! @msgpack/msgpack. ${readFileSync(join(here, "node_modules/@msgpack/msgpack/LICENSE"), "utf8").trim()} */`;

/** @param {"esm" | "iife"} format */
async function bundle(entry, outfile, format, banner = "") {
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
    bundle("msgpack.ts", "msgpack.js", "esm", MSGPACK_LICENSE),
    bundle("upload.ts", "upload.js", "esm"),
  ]);
  // The public types are written by hand in one file of declarations, which is published as it is.
  const types = readFileSync(join(here, "src/api.ts"));
  return new Map([...built.flat(), ["client.d.ts", types]]);
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

for (const name of ["client.js", "client.global.js", "upload.js", "overlay.js", "msgpack.js"]) {
  const { length } = gzipSync(built.get(name), { level: 9 });
  console.log(`${name}: ${built.get(name).length} bytes, ${length} gzipped`);
  const limit = MAX_GZIPPED_BYTES[name];
  if (length > limit) {
    console.error(`${name} is over the limit of ${limit} bytes`);
    process.exit(1);
  }
}
