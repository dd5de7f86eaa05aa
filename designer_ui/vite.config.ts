import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockServer } from "./tests/mock/plugin";
import { chunkGroups } from "./tools/chunks";
import { packed } from "./tools/packed";

export default defineConfig(({ mode }) => ({
  plugins: [react(), packed(), ...(mode === "mock" ? [mockServer()] : [])],
  build: {
    target: "es2022",
    // Data URLs would need a wider CSP than the server gives.
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: { output: { codeSplitting: { groups: chunkGroups } } },
    // The charts are one bundle, loaded only where one shows.
    chunkSizeWarningLimit: 1500,
  },
  server: {
    ...(mode === "mock" ? {} : { proxy: { "/api": "http://127.0.0.1:8123" } }),
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    css: false,
  },
}));
