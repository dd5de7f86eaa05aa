/** Serves the contract's mock inside Vite's servers: `npm run mock`, or `vite preview --mode mock` for the built app. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer } from "./server";

const read = (text: string): unknown => {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
};

const serve = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
  const path = request.url ?? "";
  if (!path.startsWith("/api/")) {
    next();
    return;
  }
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const { status, json } = answer(request.method ?? "GET", path, read(Buffer.concat(parts).toString()));
    response.statusCode = status;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(json));
  });
};

export const mockServer = (): Plugin => ({
  name: "clinicraft-mock",
  configureServer: (server) => {
    server.middlewares.use(serve);
  },
  configurePreviewServer: (server) => {
    server.middlewares.use(serve);
  },
});
