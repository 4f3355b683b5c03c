// A daemon as a process of its own: `serve` with the built modules, or `dev` with a copy of them or of the sources.

import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");
const program = process.env.LIVESIDE_BIN ?? join(root, "target/debug/liveside");

/** Starts `liveside ARGS…` and waits until it listens. `directories` are its own: they go when it has ended. */
export async function start(args, listen = "127.0.0.1:0", directories = []) {
  if (!existsSync(program)) throw new Error(`${program} is not built: run \`cargo build --bin liveside\``);
  const child = spawn(program, [...args, "--listen", listen, "--rate-limit", "off"], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (data) => (log += data));
  const ended = new Promise((done) => {
    const end = (code) => {
      for (const directory of directories) rmSync(directory, { recursive: true, force: true });
      done(code);
    };
    child.once("exit", end);
    child.once("error", end);
  });
  const address = await new Promise((found, failed) => {
    let out = "";
    child.stdout.on("data", (data) => {
      out += data;
      const line = out.match(/listening on http:\/\/(\S+)/);
      if (line) found(line[1]);
    });
    ended.then((code) => failed(new Error(`the daemon ended with ${code} before it listened:\n${log}`)));
  });
  return {
    address,
    url: `http://${address}`,
    log: () => log,
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** The demo, from the modules that were built; with the text of a configuration, if one is given. */
export function serveDemo(listen, config) {
  const args = ["serve", "--components", join(root, "target/components"), "--static", join(root, "components/demo")];
  const directories = [];
  if (config) {
    const directory = mkdtempSync(join(tmpdir(), "liveside-config-"));
    directories.push(directory);
    const file = join(directory, "liveside.toml");
    writeFileSync(file, config);
    args.push("--config", file);
  }
  return start(args, listen, directories);
}

/** The demo in development, from copies of the modules that were built; `swap(file, change)` puts another in the place of one. */
export async function developModules() {
  const sources = mkdtempSync(join(tmpdir(), "liveside-no-sources-"));
  const modules = mkdtempSync(join(tmpdir(), "liveside-modules-"));
  cpSync(join(root, "target/components"), modules, { recursive: true, filter: (path) => !path.endsWith(".lock") });
  const args = ["dev", sources, "--out", modules, "--static", join(root, "components/demo")];
  const daemon = await start(args, undefined, [sources, modules]);
  const swap = (file, change) => {
    // As a build does it: the file is there at once, or not at all.
    writeFileSync(join(sources, file), change(readFileSync(join(modules, file))));
    renameSync(join(sources, file), join(modules, file));
  };
  return { ...daemon, swap };
}

/** A copy of the guests' workspace that may be edited, and `liveside dev` on it. */
export async function developDemo() {
  const directory = join(root, "target/browser-tests");
  const sources = join(directory, "components");
  rmSync(sources, { recursive: true, force: true });
  mkdirSync(sources, { recursive: true });
  const skip = join(root, "components/target");
  cpSync(join(root, "components"), sources, { recursive: true, filter: (path) => path !== skip });
  // The copy lies elsewhere: what it depends on by path stays where it is.
  const manifest = join(sources, "Cargo.toml");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replaceAll("../guest-sdk", join(root, "guest-sdk")));
  const out = mkdtempSync(join(tmpdir(), "liveside-modules-"));
  const args = ["dev", sources, "--out", out, "--static", join(root, "components/demo")];
  const daemon = await start(args, undefined, [out]);
  return { ...daemon, sources };
}
