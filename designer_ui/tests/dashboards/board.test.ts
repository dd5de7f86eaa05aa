import { describe, expect, it } from "vitest";
import { acted, inOrder, opened, questionOf } from "../../src/runtime/dashboards/board";
import type { Dashboard } from "../../src/runtime/dashboards/contract";
import { numbersOf, pagesOf } from "../../src/runtime/dashboards/Rotation";

const cell = (key: string, chart: string, x: number, y: number, aloof = false) => ({
  key,
  title: { zh: key },
  chart,
  x,
  y,
  w: 6,
  h: 4,
  aloof,
});
const dashboard: Dashboard = {
  key: "d",
  name: { zh: "看板" },
  filters: [{ key: "period", name: { zh: "时间" }, kind: "period", options: [], default: "this month" }],
  cells: [
    cell("b", "bar", 6, 1),
    cell("a", "line", 0, 1, true),
    cell("k", "kpi", 0, 0),
    cell("c", "pie", 12, 1),
  ],
};
const start = opened(dashboard);
const crossed = acted(start, { do: "cross", cell: "b", dims: { channel: "抖音" } });

describe("a click on one chart", () => {
  it("narrows the others, not itself, and not one that keeps aloof", () => {
    expect(questionOf(dashboard, crossed, "c").narrowed).toEqual({ channel: "抖音" });
    expect(questionOf(dashboard, crossed, "b").narrowed).toEqual({});
    expect(questionOf(dashboard, crossed, "a").narrowed).toEqual({});
  });
  it("is taken back by the same click, by its chip and by undo", () => {
    expect(acted(crossed, { do: "cross", cell: "b", dims: { channel: "抖音" } }).crossed).toEqual({});
    expect(acted(crossed, { do: "uncross", cell: "b", dimension: "channel" }).crossed).toEqual({});
    expect(acted(crossed, { do: "undo" })).toBe(start);
  });
});

describe("drilling", () => {
  const step = { dims: { channel: "抖音" }, by: "doctor" };
  const drilled = acted(start, { do: "drill", cell: "b", step });
  it("goes down in place and climbs back by the breadcrumb", () => {
    expect(questionOf(dashboard, drilled, "b").path).toEqual([step]);
    expect(questionOf(dashboard, acted(drilled, { do: "climb", cell: "b", to: 0 }), "b").path).toEqual([]);
  });
  it("forgets only very old steps", () => {
    let board = start;
    for (let at = 0; at < 200; at += 1)
      board = acted(board, { do: "filter", key: "period", value: String(at) });
    let count = 0;
    for (let each = board.before; each; each = each.before) count += 1;
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThanOrEqual(50);
  });
});

describe("order", () => {
  it("reads from the top left", () => {
    expect(inOrder(dashboard).map((one) => one.key)).toEqual(["k", "a", "b", "c"]);
  });
  it("rotates through the charts, with the numbers above them", () => {
    expect(pagesOf(dashboard).map((page) => page.map((one) => one.key))).toEqual([["a"], ["b"], ["c"]]);
    expect(numbersOf(dashboard).map((one) => one.key)).toEqual(["k"]);
  });
  it("leaves panels about oneself off the wall", () => {
    const panel = { ...cell("p", "alerts", 0, 9), panel: "alerts" as const };
    const pages = pagesOf({ ...dashboard, cells: [...dashboard.cells, panel] });
    expect(pages.flat().some((one) => one.key === "p")).toBe(false);
  });
  it("rotates nothing where there are only numbers", () => {
    const numbers = { ...dashboard, cells: [cell("k", "kpi", 0, 0), cell("l", "kpi", 6, 0)] };
    expect(pagesOf(numbers).map((page) => page.map((one) => one.key))).toEqual([["k", "l"]]);
  });
});
