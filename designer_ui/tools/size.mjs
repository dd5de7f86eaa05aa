/** Prints what a first list page costs in gzip kilobytes of JavaScript, and fails above the promise. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const PROMISE_KB = 450;
/** The page, and the groups of `chunks.ts`: the list itself with the controls that its columns are drawn with. */
const GROUPS = new Set(["base", "list"]);

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const files = new Set();
const walk = (name) => {
  const chunk = manifest[name];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const next of chunk.imports ?? []) walk(next);
};
walk("index.html");
for (const [name, chunk] of Object.entries(manifest)) if (GROUPS.has(chunk.name)) walk(name);

let total = 0;
const sizes = [...files]
  .filter((file) => file.endsWith(".js"))
  .map((file) => ({ file, size: gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length }));
for (const { file, size } of sizes.sort((a, b) => b.size - a.size)) {
  total += size;
  if (size > 3000) console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${file}`);
}
const shown = total / 1024;
console.log(
  `${shown.toFixed(1).padStart(7)} KB  first list page, ${sizes.length} files (promise: ${PROMISE_KB} KB)`,
);
process.exit(shown > PROMISE_KB ? 1 : 0);
