/** Rows of a board that need less than their place give the rest away; nothing else moves. */

import { expect, test } from "vitest";
import { closedUp, rowsFor } from "../../src/runtime/dashboards/closing";

const cell = (key: string, x: number, y: number, w: number, h: number) => ({
  key,
  title: { zh: key },
  chart: "table",
  x,
  y,
  w,
  h,
});

const places = (cells: ReturnType<typeof closedUp>) =>
  Object.fromEntries(cells.map((one) => [one.key, [one.y, one.h]]));

const BOARD = [cell("left", 0, 0, 12, 6), cell("right", 12, 0, 12, 6), cell("below", 0, 6, 24, 5)];

test("a row of lists is as tall as the longest of them, and what is below moves up", () => {
  expect(places(closedUp(BOARD, { left: 100, right: 170 }))).toEqual({
    left: [0, 3],
    right: [0, 3],
    below: [3, 5],
  });
});

test("beside a chart that takes any room a short list keeps its place", () => {
  expect(places(closedUp(BOARD, { left: 100 }))).toEqual(places([...BOARD]));
});

test("no row grows, and none is lower than two", () => {
  expect(places(closedUp(BOARD, { left: 9000, right: 10, below: 1 }))).toEqual({
    left: [0, 6],
    right: [0, 6],
    below: [6, 2],
  });
});

test("cells of different heights beside each other stay as they were arranged", () => {
  const uneven = [cell("tall", 0, 0, 12, 6), cell("low", 12, 0, 12, 3), cell("under", 12, 3, 12, 3)];
  expect(places(closedUp(uneven, { tall: 90, low: 90, under: 90 }))).toEqual(places(uneven));
});

test("a cell with nothing to show leaves its room to what stands beside it, up to the edge", () => {
  const isEmpty = (key: string) => key === "right";
  const [left, right] = closedUp(BOARD, {}, isEmpty);
  expect([left?.x, left?.w, right?.x, right?.w]).toEqual([0, 18, 18, 6]);
  const three = [cell("a", 0, 0, 8, 5), cell("right", 8, 0, 8, 5), cell("c", 16, 0, 8, 5)];
  expect(closedUp(three, {}, isEmpty).map(({ x, w }) => [x, w])).toEqual([
    [0, 9],
    [9, 6],
    [15, 9],
  ]);
});

test("where all have nothing to show, or one is as tall as two, none moves aside", () => {
  expect(closedUp(BOARD, {}, () => true).map((one) => one.w)).toEqual([12, 12, 24]);
});

test("a need fills whole rows with the gaps between them", () => {
  expect([rowsFor(0), rowsFor(112), rowsFor(113)]).toEqual([2, 2, 3]);
});
