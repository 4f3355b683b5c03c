// Files that lie beside the client script and are loaded when they are needed, so that a page that does not
// need them never loads them.

let client: string | undefined;

/** Told by the entry points. */
export function clientIs(script: string | undefined): void {
  client = script;
}

/** What a file exports. */
export async function loadBeside(file: string): Promise<any> {
  return import(/* @vite-ignore */ new URL(file, client).href);
}
