/** The small line of measured values. */

import { describe, expect, it } from "vitest";
import { trendOf } from "../../src/controls/parts/trend";
import { signsAt } from "../../src/controls/parts/vitalSigns";

const pulse = signsAt("1980-05-01", "2026-03-05").find((sign) => sign.key === "hr");
const at = (day: number, value: number) => ({ at: `2026-03-0${day}T02:00:00Z`, value, id: `${day}` });

describe("a trend of vital signs", () => {
  if (!pulse) throw new Error("there is a pulse");

  it("goes from left to right by time, however it came", () => {
    const { dots } = trendOf(pulse, [at(5, 70), at(1, 80), at(2, 90)], 208, 48);
    expect(dots.map((dot) => dot.value)).toEqual([80, 90, 70]);
    expect(dots.map((dot) => dot.x)).toEqual([4, 54, 204]);
  });

  it("keeps the usual band in sight and marks what lies outside", () => {
    const { dots, band } = trendOf(pulse, [at(1, 80), at(2, 120)], 208, 48);
    expect(dots.map((dot) => dot.off)).toEqual([false, true]);
    const [usual, fast] = dots;
    expect(band).not.toBeNull();
    if (!band || !usual || !fast) return;
    expect(fast.y).toBeLessThan(band.y);
    expect(usual.y).toBeGreaterThan(band.y);
    expect(usual.y).toBeLessThan(band.y + band.height);
    expect(band.y + band.height).toBeLessThanOrEqual(48);
  });

  it("of one value, of one moment and of values that never change is drawn, too", () => {
    for (const measured of [[at(1, 80)], [at(1, 80), at(1, 80)], [at(1, 80), at(2, 80)]])
      for (const dot of trendOf(pulse, measured, 208, 48).dots)
        expect(Number.isFinite(dot.x) && Number.isFinite(dot.y)).toBe(true);
    const weight = signsAt("", "2026-03-05").find((sign) => sign.key === "weight");
    expect(weight && trendOf(weight, [at(1, 60), at(2, 60)], 208, 48).band).toBeNull();
  });
});
