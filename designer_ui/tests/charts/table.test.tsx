/** A table that is wider than its room: what is derived stands below its measure, the rest is said on hover. */

import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { TableFigure } from "../../src/charts/parts/figure";
import { canFold, folds } from "../../src/charts/parts/folding";
import table from "../../src/charts/table";

const column = (key: string, name: string, more = {}) => ({
  key,
  name,
  role: "measure",
  align: "right",
  ...more,
});
const of = (base: string, what: string, short: string) =>
  column(`${base}@${what}`, short, { of: base, what, short });
const COLUMNS = [
  column("staff", "咨询师", { role: "dimension", align: "left" }),
  column("paid", "业绩"),
  of("paid", "previous_month", "上月"),
  of("paid", "previous_month.change", "月环比"),
  of("paid", "goal", "目标"),
  of("paid", "goal.attainment", "完成率"),
  column("leads", "线索量"),
  of("paid", "rank", "名次"),
  of("paid", "rank.previous_month.change", "名次变化"),
];

describe("a folded table", () => {
  it("has a column for what is counted alone", () => {
    expect(folds(COLUMNS)).toEqual([
      { main: 0, before: [7], below: [], told: [8] },
      { main: 1, before: [], below: [3, 5], told: [2, 4] },
      { main: 6, before: [], below: [], told: [] },
    ]);
  });
  it("loses no column", () => {
    const all = folds(COLUMNS).flatMap((one) => [one.main, ...one.before, ...one.below, ...one.told]);
    expect(all.sort()).toEqual(COLUMNS.map((_, at) => at));
  });
  it("is none where nothing is derived, or where that of which it is derived does not show", () => {
    expect(canFold([column("a", "甲"), column("b", "乙")])).toBe(false);
    expect(canFold([column("a", "甲"), of("gone", "goal", "目标")])).toBe(false);
    expect(canFold(COLUMNS)).toBe(true);
  });
});

describe("days in a table", () => {
  it("are said shortly this year, with their year in others, and in full on hover", () => {
    const year = new Date().getFullYear();
    const cell = (at: string) => ({ text: `full ${at}`, at });
    const figure: TableFigure = {
      kind: "table",
      empty: false,
      columns: [column("at", "时间", { align: "left" })],
      rows: [
        { cells: [cell(`${year}-03-05T14:30`)], pick: {} },
        { cells: [cell("1994-11-28")], pick: {} },
      ],
      total: null,
      notes: [],
    };
    const { View } = table;
    const text = renderToStaticMarkup(<View figure={figure} title="表" />);
    expect(text).toMatch(/<span>3月5日 周. 14:30<\/span>/);
    expect(text).toContain("<span>1994年11月28日</span>");
    expect(text).toContain(`title="full ${year}-03-05T14:30"`);
  });
});
