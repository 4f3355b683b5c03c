import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    // The sources, so that the client under test is the one that the fake server of daemon/client/test speaks with.
    alias: {
      "@liveside/client/shared": here("core/src/shared/index.ts"),
      "@liveside/react": here("react/src/index.ts"),
      "@liveside/vue": here("vue/src/index.ts"),
      "@liveside/svelte": here("svelte/src/index.ts"),
      "@liveside/client": here("core/src/index.ts"),
      // What those tests import is this workspace's: their own packages need not be installed.
      "@msgpack/msgpack": here("node_modules/@msgpack/msgpack"),
      vitest: here("node_modules/vitest"),
    },
    conditions: ["browser"],
  },
  server: { fs: { allow: [here("..")] } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://app.example/shop/cart.html" } },
    include: ["*/test/**/*.test.{ts,tsx}"],
    setupFiles: ["../daemon/client/test/setup.ts"],
    // Small machines run it beside a build; the whole takes seconds.
    maxWorkers: 1,
  },
});
