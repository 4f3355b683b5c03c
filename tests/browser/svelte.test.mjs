// The example app of @liveside/svelte, built by Vite and served by the daemon.

import { stories } from "./support/front.mjs";

stories("svelte");
