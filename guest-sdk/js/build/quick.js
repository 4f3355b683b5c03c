// A build for trying things out: the author's source is put into a module that has the engine and the SDK already
// (base.js). It takes a fraction of the time. An instance pays for it: it evaluates the source before its first event.

import { rm } from "node:fs/promises";
import vm from "node:vm";

import { FILLER, HEADER, MARK, SIZE } from "../src/module/slot.js";
import { baseFor } from "./base.js";

/** Makes modules quickly for a project, or gives `null`: then it takes an ordinary build. */
export async function quickener({ project, small }) {
  const base = await baseFor(project, { small }).catch(() => null);
  if (!base) return null;
  const places = placesOf(base.bytes);
  if (places.length === 0) {
    await rm(base.module);
    return null;
  }
  const engine = engineOf(base.script);
  return {
    /** What the author may import from the SDK. */
    names: engine.names,
    /** The module of a source; `null` if it is too long. */
    module(source, file) {
      const content = contentOf(source);
      if (!content) return null;
      check(engineOf(base.script), source, file);
      const module = Buffer.from(base.bytes);
      for (const place of places) content.copy(module, place);
      return module;
    },
  };
}

/** The memory of the module may hold the place more than once: which of them is in use cannot be seen. */
function placesOf(bytes) {
  const empty = Buffer.from(MARK.padEnd(SIZE, FILLER));
  const places = [];
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
    if (bytes.subarray(at, at + SIZE).equals(empty)) places.push(at);
  }
  return places;
}

function contentOf(source) {
  const bytes = Buffer.from(source);
  if (bytes.length > SIZE - HEADER) return null;
  const length = String(bytes.length).padStart(HEADER - MARK.length, "0");
  return Buffer.concat([Buffer.from(MARK + length), bytes]);
}

/** The base in the engine at hand, with no more around it than it has in the other one. */
function engineOf(script) {
  const context = vm.createContext({ atob, btoa, module: { exports: {} }, require: () => ({}) });
  vm.runInContext('for (const name of ["Atomics", "Intl", "WebAssembly"]) delete globalThis[name];', context);
  vm.runInContext(script, context);
  const compile = (file) => (source) => vm.runInContext(source, context, { filename: file });
  return { ...context.module.exports, compile };
}

/** What is wrong with the source is told now, and not by the daemon. */
function check({ evaluate, compile }, source, file) {
  try {
    evaluate(source, compile(file));
  } catch (error) {
    // An error of the other context is no `Error` of this one.
    const told = error?.stack ? `Error: ${error.message}` : `Something that is no Error was thrown: ${error}`;
    throw new Error([`The source does not run: ${told}`, ...frames(error?.stack, source, file)].join("\n"));
  }
}

/** The frames of a stack that are the author's, with what the line says: the file may not be there. */
function frames(stack, source, file) {
  const lines = source.split("\n");
  const own = String(stack ?? "").split("\n").filter((line) => /^\s+at /.test(line) && line.includes(`${file}:`));
  return own.flatMap((frame) => {
    const said = lines[Number(/:(\d+):\d+\)?$/.exec(frame)?.[1]) - 1];
    return said ? [frame, `        ${said.trim()}`] : [frame];
  });
}
