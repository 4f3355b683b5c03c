// Files that lie beside the client script and are loaded when they are needed, so that a page that does not
// need them never loads them.

/** Loads a file where there is no script that it could lie beside: in a bundle. */
type Loader = (file: string) => Promise<unknown>;

let client: string | Loader | undefined;

/** Told by the entry points: where the script is, or what loads the files of a bundle. */
export function clientIs(script: string | Loader | undefined): void {
  client = script;
}

/** What a file exports. */
export async function loadBeside(file: string): Promise<any> {
  if (typeof client === "function") return client(file);
  return import(/* webpackIgnore: true */ /* @vite-ignore */ new URL(file, client).href);
}
