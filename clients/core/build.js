// Bundles the client from daemon/client/src, and what the framework packages share, into dist/.

import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

rmSync(join(here, "dist"), { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: { index: "src/index.ts", shared: "src/shared/index.ts" },
  outdir: "dist",
  format: "esm",
  bundle: true,
  splitting: true,
  target: "es2022",
  charset: "utf8",
  // One client in both.
  alias: { "@liveside/client": join(here, "src/index.ts") },
  // A dependency of its own, with its own licence.
  external: ["@msgpack/msgpack"],
  logLevel: "warning",
});
// The public types are written by hand in one file of declarations.
copyFileSync(join(here, "../../daemon/client/src/api.ts"), join(here, "dist/index.d.ts"));
