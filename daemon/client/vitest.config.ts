import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://app.example/shop/cart.html" } },
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // Small machines run it beside a build; the whole takes seconds.
    maxWorkers: 1,
    // One window for all files: starting it anew for each takes longer than the tests.
    isolate: false,
  },
});
