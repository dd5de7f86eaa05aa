/** Rows of a board where nothing needs the room that it has are closed up: a list of two lines takes no half screen. Pure. */

import type { CellPart } from "./contract";

const ROW = 50;
const GAP = 12;
const LEAST = 2;
const COLUMNS = 24;
/** Columns in which a cell says that there is nothing. */
const NARROW = 6;

/** Whole rows of the grid that `pixels` need. */
export const rowsFor = (pixels: number): number => Math.max(LEAST, Math.ceil((pixels + GAP) / (ROW + GAP)));

/** A row side by side, from edge to edge, where cells with nothing to show leave their room to the others. */
const sidled = (band: readonly CellPart[], isEmpty: (cell: string) => boolean): CellPart[] => {
  const given = band.reduce((sum, one) => sum + (isEmpty(one.key) ? Math.max(0, one.w - NARROW) : 0), 0);
  const taken = band.reduce((sum, one) => sum + (isEmpty(one.key) ? 0 : one.w), 0);
  if (given === 0 || taken === 0) return [...band];
  let x = 0;
  return band.map((one, at) => {
    const wide = isEmpty(one.key) ? Math.min(one.w, NARROW) : one.w + Math.floor((given * one.w) / taken);
    const w = at === band.length - 1 ? COLUMNS - x : wide;
    x += w;
    return { ...one, x: x - w, w };
  });
};

/** Cells that share rows, from the top; `needs`: pixels of those that can say so. */
export const closedUp = (
  cells: readonly CellPart[],
  needs: { readonly [cell: string]: number },
  isEmpty: (cell: string) => boolean = () => false,
): CellPart[] => {
  const made: CellPart[] = [];
  let gained = 0;
  const bands: CellPart[][] = [];
  let until = 0;
  for (const cell of [...cells].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const band = bands.at(-1);
    if (band && cell.y < until) band.push(cell);
    else bands.push([cell]);
    until = Math.max(until, cell.y + cell.h);
  }
  for (const band of bands) {
    const [first] = band;
    if (!first) continue;
    // Charts stand beside each other in many ways; only cells that begin and end together are closed together.
    const isEven = band.every((one) => one.y === first.y && one.h === first.h);
    const least = Math.max(...band.map((one) => rowsFor(needs[one.key] ?? Number.POSITIVE_INFINITY)));
    const h = isEven ? Math.min(first.h, least) : first.h;
    const isWhole = band.reduce((sum, one) => sum + one.w, 0) === COLUMNS;
    const placed = isEven && isWhole ? sidled(band, isEmpty) : band;
    for (const one of placed) made.push({ ...one, y: one.y - gained, h: isEven ? h : one.h });
    gained += first.h - h;
  }
  return made;
};
