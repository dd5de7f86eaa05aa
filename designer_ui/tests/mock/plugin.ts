/** Serves the contract's mock inside the development server (`npm run mock`). */

import type { Plugin } from "vite";
import { answer } from "./server";

export const mockServer = (): Plugin => ({
  name: "clinicraft-mock",
  configureServer: (server) => {
    server.middlewares.use((request, response, next) => {
      const path = request.url ?? "";
      if (!path.startsWith("/api/")) return next();
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const text = Buffer.concat(parts).toString();
        let body: unknown = null;
        try {
          body = text ? JSON.parse(text) : null;
        } catch {
          body = null;
        }
        const { status, json } = answer(request.method ?? "GET", path, body);
        response.statusCode = status;
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify(json));
      });
    });
  },
});
