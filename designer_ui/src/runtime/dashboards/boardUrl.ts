/** A board in an address: its filters to be read and shared, its clicks and drills so that Back finds them again. Pure. */

import type { Dims } from "../../charts/parts/figure";
import { isObject, type Json, sameJson } from "../../shared/json";
import { type Board, opened } from "./board";
import type { Dashboard } from "./contract";

const FILTER = "f.";
const CLICKS = "at";

const parsed = (text: string | null): unknown => {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
};

const isJson = (value: unknown): value is Json =>
  value === null ||
  ["string", "number", "boolean"].includes(typeof value) ||
  (Array.isArray(value) ? value.every(isJson) : isObject(value));

/** Plain words stay plain; lists of words are joined by commas. */
const textOf = (value: Json): string =>
  typeof value === "string"
    ? value
    : Array.isArray(value) && value.every((one) => typeof one === "string" && !one.includes(","))
      ? value.join(",")
      : JSON.stringify(value);

const valueIn = (text: string, isList: boolean): Json => {
  if (isList && !text.startsWith("[")) return text.split(",").filter(Boolean);
  const found = /^[[{]/.test(text) ? parsed(text) : text;
  return isJson(found) ? found : text;
};

const dimsOf = (value: unknown): Dims | null => (isObject(value) ? value : null);

const crossedOf = (value: unknown, cells: ReadonlySet<string>): Board["crossed"] => {
  const found: { [cell: string]: Dims } = {};
  if (isObject(value))
    for (const [cell, dims] of Object.entries(value)) {
      const known = dimsOf(dims);
      if (known && cells.has(cell)) found[cell] = known;
    }
  return found;
};

const pathsOf = (value: unknown, cells: ReadonlySet<string>): Board["paths"] => {
  const found: { [cell: string]: Board["paths"][string] } = {};
  if (isObject(value))
    for (const [cell, steps] of Object.entries(value)) {
      if (!Array.isArray(steps) || !cells.has(cell)) continue;
      found[cell] = steps.flatMap((step: unknown) => {
        const dims = isObject(step) ? dimsOf(step.dims) : null;
        return isObject(step) && dims && typeof step.by === "string" ? [{ dims, by: step.by }] : [];
      });
    }
  return found;
};

/** The board that an address tells; what it does not know is left out. */
export const boardAt = (dashboard: Dashboard, params: URLSearchParams): Board => {
  const start = opened(dashboard);
  const filters: { [key: string]: Json } = { ...start.filters };
  for (const part of dashboard.filters) {
    const text = params.get(FILTER + part.key);
    if (text !== null) filters[part.key] = text === "" ? null : valueIn(text, part.kind === "choice");
  }
  const clicks = parsed(params.get(CLICKS));
  const cells = new Set(dashboard.cells.map((one) => one.key));
  const known = isObject(clicks) ? clicks : {};
  return { ...start, filters, crossed: crossedOf(known.c, cells), paths: pathsOf(known.p, cells) };
};

/** The address's questions with this board put in; those of others stay. */
export const addressOf = (dashboard: Dashboard, board: Board, before: URLSearchParams): URLSearchParams => {
  const next = new URLSearchParams(
    [...before].filter(([name]) => !name.startsWith(FILTER) && name !== CLICKS),
  );
  const usual = opened(dashboard).filters;
  for (const [key, value] of Object.entries(board.filters))
    if (!sameJson(value, usual[key] ?? null)) next.set(FILTER + key, value === null ? "" : textOf(value));
  const paths = Object.fromEntries(Object.entries(board.paths).filter(([, steps]) => steps.length > 0));
  if (Object.keys(board.crossed).length > 0 || Object.keys(paths).length > 0)
    next.set(CLICKS, JSON.stringify({ c: board.crossed, p: paths }));
  return next;
};
