import { describe, expect, it } from "vitest";
import type { CellPart, Dashboard } from "../../src/runtime/dashboards/contract";
import {
  asDashboard,
  boardsOf,
  copied,
  movedCell,
  placed,
  sizedCell,
  withCell,
  withoutCell,
} from "../../src/runtime/dashboards/mine";

const part = (key: string, x: number, y: number, w = 12, h = 6): CellPart => ({
  key,
  title: { zh: key },
  chart: "bar",
  x,
  y,
  w,
  h,
});
const shipped: Dashboard = {
  key: "group",
  name: { zh: "集团" },
  filters: [{ key: "period", name: { zh: "时间" }, kind: "period", options: [] }],
  cells: [part("b", 12, 3), part("a", 0, 3), part("k", 0, 0, 6, 3)],
};
const mine = copied(shipped, "我的", []);

describe("a board of my own", () => {
  it("begins as a copy in reading order", () => {
    expect(mine.cells.map((one) => one.from.cell)).toEqual(["k", "a", "b"]);
  });
  it("shows the cells of where they come from, filters and all", () => {
    const board = asDashboard(mine, [shipped]);
    expect(board.cells.map((one) => [one.title.zh, one.x, one.y])).toEqual([
      ["k", 0, 0],
      ["a", 6, 0],
      ["b", 0, 6],
    ]);
    expect(board.filters.map((one) => one.key)).toEqual(["period"]);
  });
  it("leaves out what is not mine to see any more", () => {
    expect(asDashboard(mine, []).cells).toEqual([]);
  });
  it("takes cells of several dashboards, each under a key of its own", () => {
    const other: Dashboard = { ...shipped, key: "branch", cells: [part("a", 0, 0)] };
    const [first] = other.cells;
    const board = first ? withCell(mine, first, "branch") : mine;
    expect(new Set(board.cells.map((one) => one.key)).size).toBe(4);
    expect(asDashboard(board, [shipped, other]).cells).toHaveLength(4);
  });
  it("is read back from what was kept, however damaged", () => {
    expect(boardsOf(JSON.parse(JSON.stringify([mine])))).toEqual([mine]);
    expect(boardsOf([{ key: "x" }, 5, { key: "y", name: "y", cells: [{ key: "c" }, null] }])).toEqual([
      { key: "y", name: "y", cells: [] },
    ]);
    expect(boardsOf(null)).toEqual([]);
  });
});

describe("arranging", () => {
  it("moves a cell and keeps it within the others", () => {
    const [first = mine.cells[0]] = mine.cells;
    const moved = movedCell(mine, first?.key ?? "", 99);
    expect(moved.cells.map((one) => one.from.cell)).toEqual(["a", "b", "k"]);
    expect(movedCell(moved, first?.key ?? "", -1).cells.map((one) => one.from.cell)).toEqual(["k", "a", "b"]);
  });
  it("never makes a cell wider than the board or too small to read", () => {
    const key = mine.cells[0]?.key ?? "";
    expect(sizedCell(mine, key, 99, 99).cells[0]).toMatchObject({ w: 24, h: 16 });
    expect(sizedCell(mine, key, -99, -99).cells[0]).toMatchObject({ w: 4, h: 2 });
  });
  it("takes a cell out", () => {
    expect(withoutCell(mine, mine.cells[1]?.key ?? "").cells.map((one) => one.from.cell)).toEqual(["k", "b"]);
  });
});

describe("places", () => {
  it("fill a line before the next begins and never lie on each other", () => {
    const places = placed([
      { w: 6, h: 3 },
      { w: 6, h: 3 },
      { w: 12, h: 3 },
      { w: 16, h: 6 },
      { w: 8, h: 4 },
      { w: 24, h: 2 },
    ]);
    expect(places.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [6, 0],
      [12, 0],
      [0, 3],
      [16, 3],
      [0, 9],
    ]);
  });
});
