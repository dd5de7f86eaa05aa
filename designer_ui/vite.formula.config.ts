import { defineConfig } from "vite";

/** The formula engine alone, as a program for Node: `clinicraft formula --backend browser` and the shared vectors. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: "src/shared/formula/batch.ts",
    target: "node24",
    emptyOutDir: false,
    rolldownOptions: { output: { entryFileNames: "formula-batch.mjs", codeSplitting: false } },
  },
  ssr: { noExternal: true },
});
