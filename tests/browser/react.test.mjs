// The example app of @liveside/react, built by Vite and served by the daemon.

import { stories } from "./support/front.mjs";

stories("react");
