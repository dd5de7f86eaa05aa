import { describe, expect, it } from "vitest";
import { acted, opened } from "../../src/runtime/dashboards/board";
import { addressOf, boardAt } from "../../src/runtime/dashboards/boardUrl";
import type { Dashboard } from "../../src/runtime/dashboards/contract";

const dashboard: Dashboard = {
  key: "d",
  name: { zh: "看板" },
  filters: [
    { key: "period", name: { zh: "时间" }, kind: "period", options: [], default: "this month" },
    { key: "branch", name: { zh: "门店" }, kind: "choice", options: [] },
  ],
  cells: [{ key: "a", title: { zh: "a" }, chart: "bar", x: 0, y: 0, w: 6, h: 4 }],
};
const none = new URLSearchParams();
const there = (address: URLSearchParams) => boardAt(dashboard, new URLSearchParams(address.toString()));

describe("the address of a board", () => {
  it("says nothing of what is as usual", () => {
    expect(addressOf(dashboard, opened(dashboard), none).toString()).toBe("");
  });
  it("brings back filters, clicks and drills", () => {
    const step = { dims: { channel: null, month: "2026-03-01" }, by: "doctor" };
    let board = opened(dashboard);
    board = acted(board, { do: "filter", key: "period", value: { from: "2026-01-01", to: "2026-03-31" } });
    board = acted(board, { do: "filter", key: "branch", value: ["a", "b"] });
    board = acted(board, { do: "cross", cell: "a", dims: { channel: "抖音, 快手" } });
    board = acted(board, { do: "drill", cell: "a", step });
    const { filters, crossed, paths } = board;
    expect(there(addressOf(dashboard, board, none))).toMatchObject({ filters, crossed, paths });
  });
  it("tells a filter that was emptied from one that stands as usual", () => {
    const board = acted(opened(dashboard), { do: "filter", key: "period", value: null });
    expect(there(addressOf(dashboard, board, none)).filters.period).toBeNull();
  });
  it("leaves what others keep in it", () => {
    const address = addressOf(dashboard, opened(dashboard), new URLSearchParams("open=lead:1&f.period=x"));
    expect(address.toString()).toBe("open=lead%3A1");
  });
  it("does not stumble over nonsense", () => {
    const board = boardAt(dashboard, new URLSearchParams('at={"c":{"z":1,"a":5},"p":{"a":[7]}}&f.branch=[1'));
    expect(board.crossed).toEqual({});
    expect(board.paths).toEqual({ a: [] });
    expect(boardAt(dashboard, new URLSearchParams("at={")).paths).toEqual({});
  });
});
