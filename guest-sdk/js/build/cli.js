#!/usr/bin/env node
// liveside-build: from a project's source to a module.

import { parseArgs } from "node:util";

import { build } from "./build.js";

const USAGE = `Usage: liveside-build [DIR] [--out FILE] [--define KEY=VALUE].. [--watch] [--small]
                      [--quick]

Bundles DIR/src/index.ts (or .js) and makes a module for the daemon of it.

  DIR                  The project; the working directory by default
  --out FILE           Where the module goes; dist/NAME.wasm by default
  --define KEY=VALUE   Puts the JSON value (or text) for the name KEY in the source; may be given several times
  --watch              Builds again when the source changes
  --small              A smaller engine: the module is a third smaller, and slower
  --quick              For trying it out: much faster, and each instance of the module starts slower`;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      define: { type: "string", multiple: true, default: [] },
      watch: { type: "boolean", default: false },
      small: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (positionals.length > 1) throw new Error(`One project at a time.\n\n${USAGE}`);
  await build({
    dir: positionals[0] ?? ".",
    out: values.out,
    define: Object.fromEntries(values.define.map(definition)),
    watch: values.watch,
    small: values.small,
    quick: values.quick,
  });
}

function definition(text) {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`--define takes KEY=VALUE, not "${text}"`);
  const value = text.slice(at + 1);
  try {
    JSON.parse(value);
    return [text.slice(0, at), value];
  } catch {
    return [text.slice(0, at), JSON.stringify(value)];
  }
}

main().catch((error) => {
  // What the bundler found it has shown already, with the lines.
  if (!error.errors) console.error(error.message);
  process.exitCode = 1;
});
