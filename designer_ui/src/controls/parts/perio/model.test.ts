import { describe, expect, it } from "vitest";
import {
  across,
  beside,
  cycleMark,
  cyclePresence,
  fillMark,
  orderOf,
  type PerioChart,
  setFigure,
  summaryOf,
} from "./model";

const EMPTY: PerioChart = { teeth: {} };

describe("a perio chart", () => {
  it("is probed as it stands on the screen: 18 from behind to the front, then across to 28", () => {
    const order = orderOf("pd", EMPTY);
    expect(order[0]).toEqual({ fdi: "18", field: "pd", site: 2 });
    expect(order).toHaveLength(192);
    expect(beside({ fdi: "11", field: "pd", site: 0 }, EMPTY, 1)).toEqual({
      fdi: "21",
      field: "pd",
      site: 0,
    });
  });

  it("leaves out teeth that are missing", () => {
    const chart: PerioChart = { teeth: { "18": { missing: true } } };
    expect(orderOf("pd", chart)[0]?.fdi).toBe("17");
    expect(setFigure(chart, { fdi: "18", field: "pd", site: 0 }, 3)).toBe(chart);
  });

  it("keeps depths within 0 and 15 and margins within -5 and 15", () => {
    expect(setFigure(EMPTY, { fdi: "16", field: "pd", site: 0 }, 19).teeth["16"]?.pd?.[0]).toBe(15);
    expect(setFigure(EMPTY, { fdi: "16", field: "rec", site: 0 }, -9).teeth["16"]?.rec?.[0]).toBe(-5);
  });

  it("counts bleeding only where one looked", () => {
    let chart = setFigure(EMPTY, { fdi: "16", field: "pd", site: 0 }, 5);
    chart = setFigure(chart, { fdi: "16", field: "pd", site: 1 }, 6);
    chart = cycleMark(chart, "16", "bop", 0);
    expect(summaryOf(chart).bop).toBe(1);
    expect(summaryOf(fillMark(chart, "bop")).bop).toBe(0.5);
    expect(summaryOf(chart)).toMatchObject({ deep4: 2, deep6: 1, pdMax: 6, pdMean: 5.5 });
  });

  it("goes from there to implant to missing and back", () => {
    const implant = cyclePresence(EMPTY, "36");
    expect(implant.teeth["36"]).toEqual({ implant: true });
    const missing = cyclePresence(implant, "36");
    expect(missing.teeth["36"]).toEqual({ missing: true });
    expect(cyclePresence(missing, "36")).toEqual(EMPTY);
  });

  it("moves down from the upper to the lower arch in the same column", () => {
    expect(across({ fdi: "16", field: "rec", site: 3 }, true)).toMatchObject({ fdi: "46", field: "rec" });
  });
});
