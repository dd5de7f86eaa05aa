/** What a reader has done to a dashboard: filters, cross-filters, drills. Pure, so that every step can be taken back. */

import type { Dims } from "../../charts/parts/figure";
import { type Json, sameJson } from "../../shared/json";
import type { CellQuestion, Dashboard } from "./contract";

export interface Step {
  readonly dims: Dims;
  readonly by: string;
}

export interface Board {
  readonly filters: { readonly [key: string]: Json };
  /** Cell that was clicked → what it narrows the others to. */
  readonly crossed: { readonly [cell: string]: Dims };
  readonly paths: { readonly [cell: string]: readonly Step[] };
  readonly before: Board | null;
}

export type Act =
  | { readonly do: "filter"; readonly key: string; readonly value: Json }
  | { readonly do: "cross"; readonly cell: string; readonly dims: Dims }
  | { readonly do: "uncross"; readonly cell: string; readonly dimension?: string }
  | { readonly do: "drill"; readonly cell: string; readonly step: Step }
  | { readonly do: "climb"; readonly cell: string; readonly to: number }
  | { readonly do: "clear" }
  | { readonly do: "undo" };

const MOST_UNDO = 50;

const deep = (board: Board | null): number => {
  let count = 0;
  for (let each = board; each; each = each.before) count += 1;
  return count;
};

const kept = (board: Board, steps: number): Board => ({
  ...board,
  before: board.before && steps > 1 ? kept(board.before, steps - 1) : null,
});

/** The board as a step to come back to, without what lies too far behind. */
const remembered = (board: Board): Board => (deep(board) <= MOST_UNDO ? board : kept(board, MOST_UNDO));

export const opened = (dashboard: Dashboard): Board => ({
  filters: Object.fromEntries(
    dashboard.filters.filter((one) => one.default !== undefined).map((one) => [one.key, one.default ?? null]),
  ),
  crossed: {},
  paths: {},
  before: null,
});

const without = <V>(record: { readonly [key: string]: V }, key: string): { readonly [key: string]: V } =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

const uncrossed = (crossed: Board["crossed"], cell: string, dimension?: string): Board["crossed"] => {
  const dims = crossed[cell];
  if (!dims || dimension === undefined) return without(crossed, cell);
  const left = without(dims, dimension);
  return Object.keys(left).length > 0 ? { ...crossed, [cell]: left } : without(crossed, cell);
};

export const acted = (board: Board, act: Act): Board => {
  const from = { ...board, before: remembered(board) };
  switch (act.do) {
    case "undo":
      return board.before ?? board;
    case "filter":
      return { ...from, filters: { ...board.filters, [act.key]: act.value } };
    case "cross":
      // The same point again takes it back.
      return sameJson(board.crossed[act.cell] ?? null, act.dims)
        ? { ...from, crossed: without(board.crossed, act.cell) }
        : { ...from, crossed: { ...board.crossed, [act.cell]: act.dims } };
    case "uncross":
      return { ...from, crossed: uncrossed(board.crossed, act.cell, act.dimension) };
    case "drill":
      return {
        ...from,
        paths: { ...board.paths, [act.cell]: [...(board.paths[act.cell] ?? []), act.step] },
      };
    case "climb":
      return {
        ...from,
        paths: { ...board.paths, [act.cell]: (board.paths[act.cell] ?? []).slice(0, act.to) },
      };
    case "clear":
      return { ...from, crossed: {}, paths: {} };
  }
};

/** What one cell asks now: a chart is not narrowed by its own clicks, nor is one that keeps aloof. */
export const questionOf = (dashboard: Dashboard, board: Board, cell: string): CellQuestion => {
  const part = dashboard.cells.find((one) => one.key === cell);
  const others = part?.aloof ? [] : Object.entries(board.crossed).filter(([from]) => from !== cell);
  return {
    cell,
    filters: board.filters,
    narrowed: Object.assign({}, ...others.map(([, dims]) => dims)),
    path: board.paths[cell] ?? [],
  };
};

/** Cells in reading order, for phones, print and rotation. */
export const inOrder = (dashboard: Dashboard): Dashboard["cells"] =>
  [...dashboard.cells].sort((a, b) => a.y - b.y || a.x - b.x);
