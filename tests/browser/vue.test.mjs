// The example app of @liveside/vue, built by Vite and served by the daemon.

import { stories } from "./support/front.mjs";

stories("vue");
