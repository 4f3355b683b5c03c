// `node --import @liveside/component/register --test`: TypeScript and decorators in tests, by the same compiler as in a
// build.

import { register } from "node:module";

register("./loader.js", import.meta.url);
