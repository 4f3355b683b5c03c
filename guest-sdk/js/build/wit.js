// Where the interface is: in the package, or in the repository.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PLACES = ["../wit", "../../../wit"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** The folder with the WIT. */
export function wit() {
  const place = PLACES.find(existsSync);
  if (!place) throw new Error(`The WIT is not there: expected at ${PLACES.join(" or ")}`);
  return place;
}
