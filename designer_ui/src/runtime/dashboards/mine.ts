/** Boards of one's own: cells taken from dashboards one may see, in an order of one's own. Pure. */

import { isArray, isObject, type Json } from "../../shared/json";
import type { CellPart, Dashboard, FilterPart } from "./contract";

export interface MyCell {
  readonly key: string;
  readonly from: { readonly dashboard: string; readonly cell: string };
  readonly w: number;
  readonly h: number;
}

/** Cells stand in reading order; where each goes follows from their widths. */
export interface MyBoard {
  readonly key: string;
  readonly name: string;
  readonly cells: readonly MyCell[];
}

export const COLUMNS = 24;
const LEAST = 4;
const LEAST_TALL = 2;
const MOST_TALL = 16;

const number = (value: Json | undefined, least: number, most: number, usual: number): number =>
  typeof value === "number" ? Math.max(least, Math.min(most, Math.round(value))) : usual;

const cellOf = (value: Json): MyCell[] => {
  if (!isObject(value) || !isObject(value.from)) return [];
  const { dashboard, cell } = value.from;
  if (typeof value.key !== "string" || typeof dashboard !== "string" || typeof cell !== "string") return [];
  const size = { w: number(value.w, LEAST, COLUMNS, 12), h: number(value.h, LEAST_TALL, MOST_TALL, 6) };
  return [{ key: value.key, from: { dashboard, cell }, ...size }];
};

/** What was kept, as far as it can be understood. */
export const boardsOf = (kept: Json | undefined): MyBoard[] =>
  isArray(kept)
    ? kept.flatMap((one) =>
        isObject(one) && typeof one.key === "string" && typeof one.name === "string" && isArray(one.cells)
          ? [{ key: one.key, name: one.name, cells: one.cells.flatMap(cellOf) }]
          : [],
      )
    : [];

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Where cells stand that follow each other: each as far up and then as far left as it fits, never above an earlier one. */
export const placed = (cells: readonly { readonly w: number; readonly h: number }[]): Placed[] => {
  const tops = Array.from({ length: COLUMNS }, () => 0);
  let floor = 0;
  return cells.map(({ w, h }) => {
    let best = { x: 0, y: Number.POSITIVE_INFINITY };
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      const y = Math.max(floor, ...tops.slice(x, x + w));
      if (y < best.y) best = { x, y };
    }
    for (let x = best.x; x < best.x + w; x += 1) tops[x] = best.y + h;
    floor = best.y;
    return { ...best, w, h };
  });
};

/** The same filters of several dashboards are one. */
const filtersOf = (dashboards: readonly Dashboard[]): FilterPart[] => {
  const found = new Map<string, FilterPart>();
  for (const one of dashboards)
    for (const part of one.filters) if (!found.has(part.key)) found.set(part.key, part);
  return [...found.values()];
};

/** The board as a dashboard; cells whose dashboard is gone, or not mine to see any more, are left out. */
export const asDashboard = (board: MyBoard, dashboards: readonly Dashboard[]): Dashboard => {
  const kept = board.cells.flatMap((cell) => {
    const from = dashboards.find((one) => one.key === cell.from.dashboard);
    const part = from?.cells.find((one) => one.key === cell.from.cell);
    return part ? [{ cell, part }] : [];
  });
  const places = placed(kept.map(({ cell }) => cell));
  const cells = kept.map(({ cell, part }, at): CellPart => {
    const place = places[at] ?? { x: 0, y: 0, w: cell.w, h: cell.h };
    return { ...part, key: cell.key, from: cell.from, ...place };
  });
  const used = dashboards.filter((one) => kept.some(({ cell }) => cell.from.dashboard === one.key));
  return { key: board.key, name: { zh: board.name, en: board.name }, filters: filtersOf(used), cells };
};

export const newKey = (taken: readonly { readonly key: string }[], stem: string): string => {
  let at = 1;
  while (taken.some((one) => one.key === `${stem}${at}`)) at += 1;
  return `${stem}${at}`;
};

export const copied = (dashboard: Dashboard, name: string, boards: readonly MyBoard[]): MyBoard => ({
  key: newKey(boards, "my_"),
  name,
  cells: [...dashboard.cells]
    .sort((a, b) => a.y - b.y || a.x - b.x)
    .map((part, at) => ({
      key: `c${at + 1}`,
      from: part.from ?? { dashboard: dashboard.key, cell: part.key },
      w: part.w,
      h: part.h,
    })),
});

export const withCell = (board: MyBoard, part: CellPart, dashboard: string): MyBoard => ({
  ...board,
  cells: [
    ...board.cells,
    {
      key: newKey(board.cells, "c"),
      from: part.from ?? { dashboard, cell: part.key },
      w: part.w,
      h: part.h,
    },
  ],
});

export const withoutCell = (board: MyBoard, key: string): MyBoard => ({
  ...board,
  cells: board.cells.filter((one) => one.key !== key),
});

export const movedCell = (board: MyBoard, key: string, to: number): MyBoard => {
  const cell = board.cells.find((one) => one.key === key);
  if (!cell) return board;
  const rest = board.cells.filter((one) => one !== cell);
  const at = Math.max(0, Math.min(rest.length, to));
  return { ...board, cells: [...rest.slice(0, at), cell, ...rest.slice(at)] };
};

export const sizedCell = (board: MyBoard, key: string, wide: number, tall: number): MyBoard => ({
  ...board,
  cells: board.cells.map((one) =>
    one.key === key
      ? {
          ...one,
          w: Math.max(LEAST, Math.min(COLUMNS, one.w + wide)),
          h: Math.max(LEAST_TALL, Math.min(MOST_TALL, one.h + tall)),
        }
      : one,
  ),
});
