// Puts the interface into the package, before it is packed.

import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
await cp(at("../../../wit"), at("../wit"), { recursive: true });
