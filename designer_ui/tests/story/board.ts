/** A dashboard that shows every kind, answered from figures that the server's charts made (`python -m tools.chart_samples`). */

import type { Figure } from "../../src/charts/parts/figure";
import type { CellAnswer, CellPart, Dashboard, Source } from "../../src/runtime/dashboards/contract";
import { isObject } from "../../src/shared/json";
import samples from "./figures.json";

const isFigure = (value: unknown): value is Figure => isObject(value) && typeof value.kind === "string";

export const figures: { readonly [kind: string]: Figure } = Object.fromEntries(
  Object.entries(samples).flatMap(([kind, sample]) =>
    isFigure(sample.figure) ? [[kind, sample.figure]] : [],
  ),
);

const TITLES: { readonly [kind: string]: string } = {
  bar: "今年每月实收比去年多多少",
  bar_horizontal: "哪个渠道带来的实收最多",
  line: "未来四个月的实收会到多少",
  funnel: "线索在哪一步流失最多",
  heat_map: "哪个时段爽约最多",
  waterfall: "本月实收为什么变了",
  pie: "实收来自哪些渠道",
  combination: "实收与成交率是否同步",
  scatter: "哪个渠道花得值",
};
const WIDE = new Set(["calendar_heat_map", "crosstab"]);

const place = (kind: string, at: number): CellPart => {
  const title = { zh: TITLES[kind] ?? kind, en: kind };
  if (WIDE.has(kind)) return { key: kind, title, chart: kind, x: 0, y: 3 + at * 6, w: 24, h: 6 };
  return { key: kind, title, chart: kind, x: (at % 2) * 12, y: 3 + Math.floor(at / 2) * 6, w: 12, h: 6 };
};

const NUMBERS = ["本月实收", "到诊人数", "成交率", "爽约率"];
const kinds = Object.keys(figures).filter((kind) => kind !== "kpi");
const plain = kinds.filter((kind) => !WIDE.has(kind));
const rows = Math.ceil(plain.length / 2);

export const dashboard: Dashboard = {
  key: "story",
  name: { zh: "集团经营看板", en: "Group dashboard" },
  filters: [
    {
      key: "period",
      name: { zh: "时间", en: "Period" },
      kind: "period",
      default: "this month",
      options: [
        { value: "this month", name: { zh: "本月", en: "This month" } },
        { value: "last 6 months", name: { zh: "最近 6 个月", en: "Last 6 months" } },
      ],
    },
    {
      key: "branch",
      name: { zh: "门店", en: "Branch" },
      kind: "choice",
      options: [
        { value: "a", name: { zh: "朝阳店", en: "Chaoyang" } },
        { value: "b", name: { zh: "海淀店", en: "Haidian" } },
      ],
    },
  ],
  cells: [
    ...NUMBERS.map((zh, at) => ({
      key: `kpi${at}`,
      title: { zh, en: zh },
      chart: "kpi",
      x: at * 6,
      y: 0,
      w: 6,
      h: 3,
      note: { zh: "按到账时间，退款计在退款当月" },
    })),
    ...plain.map(place),
    ...kinds.filter((kind) => WIDE.has(kind)).map((kind, at) => place(kind, rows + at)),
    {
      key: "problem",
      title: { zh: "渠道 ROI", en: "ROI" },
      chart: "bar",
      x: 0,
      y: 3 + (rows + 2) * 6,
      w: 8,
      h: 4,
    },
    {
      key: "empty",
      title: { zh: "投诉趋势", en: "Complaints" },
      chart: "line",
      x: 8,
      y: 3 + (rows + 2) * 6,
      w: 8,
      h: 4,
    },
    {
      key: "never",
      title: { zh: "库存周转", en: "Stock" },
      chart: "line",
      x: 16,
      y: 3 + (rows + 2) * 6,
      w: 8,
      h: 4,
    },
  ],
};

export const answer = (cell: string): CellAnswer => {
  if (cell === "problem")
    return {
      problem: {
        code: "report.no_path",
        message: { zh: "“渠道费用”与“实收”之间没有关联", en: "Nothing links cost and paid" },
        hint: { zh: "在“渠道费用”表里添加渠道字段", en: "Add a channel field to the cost form" },
      },
    };
  if (cell === "empty") return { figure: { kind: "line", data: [], layout: {}, notes: [], empty: true } };
  const figure = figures[cell.startsWith("kpi") ? "kpi" : cell];
  return {
    figure,
    opens: true,
    as_of: "2026-11-22T00:00:00Z",
    deeper: [{ key: "doctor", name: { zh: "医生", en: "doctor" } }],
  };
};

export const source: Source = {
  ask: ({ cell }) =>
    cell === "never" ? new Promise<CellAnswer>(() => undefined) : Promise.resolve(answer(cell)),
  behind: () => Promise.resolve({ form: "lead", count: 42 }),
  openRecords: () => undefined,
};
