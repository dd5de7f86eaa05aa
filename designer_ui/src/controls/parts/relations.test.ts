import { describe, expect, it } from "vitest";
import { ringsOf, spotsOf, tiesOf } from "./relations";

const tie = (from: string, to: string) => ({ from, to, words: "" });

describe("relations", () => {
  it("join the ends that two links name, and leave out records with a blank end", () => {
    const records = [
      { id: "1", revision: 1, a: "x", b: "y" },
      { id: "2", revision: 1, a: "x", b: null },
    ];
    expect(tiesOf(records, ["a", "b"], (record) => record.id)).toEqual([{ from: "x", to: "y", words: "1" }]);
  });
  it("join a record with what its one link names", () => {
    const records = [{ id: "1", revision: 1, referrer: "2" }];
    expect(tiesOf(records, ["referrer"], () => "")).toEqual([tie("1", "2")]);
  });
  it("reach as many steps as asked, whichever way a tie points", () => {
    const ties = [tie("me", "b"), tie("c", "b"), tie("c", "d")];
    expect([...ringsOf(["me"], ties, 2)]).toEqual([
      ["me", 0],
      ["b", 1],
      ["c", 2],
    ]);
  });
  it("stand on circles, each at a place of its own", () => {
    const spots = spotsOf(ringsOf(["m"], [tie("m", "a"), tie("m", "b"), tie("b", "c")], 2), 100);
    expect(spots.map((spot) => Math.round(Math.hypot(spot.x, spot.y)))).toEqual([0, 100, 100, 200]);
    expect(new Set(spots.map((spot) => `${spot.x},${spot.y}`)).size).toBe(4);
  });
});
