import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where the daemon listens while `npm run dev` serves the page. */
const daemon = process.env.LIVESIDE ?? "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: {
      // The daemon takes sockets of its own origin: the request names the one that it was sent to.
      "/api/live": { target: daemon, ws: true, changeOrigin: true, rewriteWsOrigin: true },
      "/uploads": daemon,
    },
  },
});
