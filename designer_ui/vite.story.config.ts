/** The story page as it would ship: `npx vite build -c vite.story.config.ts`, to be looked at under the server's strict policy. */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "tests/story",
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    outDir: "../../node_modules/.story",
    emptyOutDir: true,
    chunkSizeWarningLimit: 2000,
  },
});
