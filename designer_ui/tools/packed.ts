/** Writes a gzipped twin beside every built text file, so that the server packs nothing at run time. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const SMALLEST = 1024;

export const packed = (): Plugin => ({
  name: "clinicraft-packed",
  apply: "build",
  writeBundle: (options, bundle) => {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css|svg|json)$/.test(name)) continue;
      const file = join(options.dir ?? "dist", name);
      const bytes = readFileSync(file);
      if (bytes.length >= SMALLEST) writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
});
