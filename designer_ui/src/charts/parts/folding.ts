/** A table too wide for its room: what is derived of a measure stands below it in its own cell, the rest is said on hover. */

import type { TableFigure } from "./figure";

type Columns = TableFigure["columns"];

/** One column of a folded table, in places of the columns it is made of. */
export interface Fold {
  readonly main: number;
  /** Said before it, as a rank is. */
  readonly before: readonly number[];
  readonly below: readonly number[];
  /** Said on hover. */
  readonly told: readonly number[];
}

const isBelow = (what: string): boolean =>
  !what.startsWith("rank") && (what.endsWith(".change") || what === "goal.attainment");

export const canFold = (columns: Columns): boolean =>
  columns.some((one) => columns.some((base) => base.key === one.of));

export const folds = (columns: Columns): Fold[] => {
  const isDerived = columns.map((one) => columns.some((base) => base.key === one.of));
  const first = isDerived.indexOf(false);
  const under = (main: number, wanted: (what: string) => boolean): number[] =>
    columns.flatMap(({ of, what = "" }, at) => {
      const isRank = what.startsWith("rank");
      const home = isRank ? first : columns.findIndex((one) => one.key === of);
      return isDerived[at] && home === main && wanted(what) ? [at] : [];
    });
  return columns.flatMap((_, main) =>
    isDerived[main]
      ? []
      : [
          {
            main,
            before: under(main, (what) => what === "rank"),
            below: under(main, isBelow),
            told: under(main, (what) => what !== "rank" && !isBelow(what)),
          },
        ],
  );
};
