import { describe, expect, it } from "vitest";
import { ink, inked, isDark } from "../../src/charts/parts/colours";
import type { PlotFigure } from "../../src/charts/parts/figure";
import { clipped, fitted, fittedData, thinned, wide } from "../../src/charts/parts/fit";
import { chartKinds, loadChart } from "../../src/charts/parts/view";
import { figures } from "../story/board";

const named = (words: string[], axis: string): PlotFigure => ({
  kind: "bar",
  data: [],
  layout: { meta: { axis }, xaxis: { tickvals: words.map((_, at) => at), ticktext: words }, yaxis: {} },
  notes: [],
  empty: false,
});

const textsOf = (layout: { readonly [key: string]: unknown }): unknown => {
  const axis = layout.xaxis;
  return typeof axis === "object" && axis !== null && "ticktext" in axis ? axis.ticktext : null;
};

describe("words below an axis", () => {
  it("stay whole where there is room", () => {
    expect(textsOf(fitted(named(["抖音", "微信"], "category"), 600, 300))).toEqual(["抖音", "微信"]);
  });
  it("are shortened for names and never overlap", () => {
    const words = Array.from({ length: 10 }, (_, at) => `很长很长的渠道名字${at}`);
    const shown = textsOf(fitted(named(words, "category"), 600, 300));
    expect(Array.isArray(shown) && shown.every((word) => wide(String(word)) < 60)).toBe(true);
  });
  it("are thinned for months, and the year moves to the next word kept", () => {
    expect(thinned(["11月<br>2025年", "12月", "1月<br>2026年", "2月", "3月"], 3)).toEqual([
      "11月<br>2025年",
      "2月<br>2026年",
    ]);
  });
  it("count an entity as one letter when cut", () => {
    expect(clipped("&lt;&lt;&lt;&lt;&lt;&lt;很长的名字很长的名字", 60)).not.toMatch(/&l?t?…/);
  });
});

describe("words in cells", () => {
  const months = Array.from({ length: 12 }, (_, at) => `${at + 1}月`);
  const map: PlotFigure = {
    kind: "heat_map",
    data: [{ type: "heatmap", text: [months.map(() => "123.4%")], texttemplate: "%{text}", textfont: { size: 11 } }],
    layout: {
      meta: { axis: "ordered", cells: true },
      xaxis: { tickvals: months.map((_, at) => at), ticktext: months },
      yaxis: { tickvals: [0], ticktext: ["抖音"] },
    },
    notes: [],
    empty: false,
  };
  it("stay where there is room, get smaller, and go where they would cover each other", () => {
    const size = (width: number): unknown => {
      const [trace] = fittedData(map, width);
      return trace?.texttemplate ? trace.textfont : null;
    };
    expect(size(1200)).toEqual({ size: 11 });
    expect(size(520)).toEqual({ size: 9 });
    expect(size(340)).toBe(null);
  });
});

describe("colours", () => {
  const inks = { c1: "#0f8582", bg: "#171b1d" };
  it("are put in by name and strength, words are left alone", () => {
    expect(ink("c1/25", inks)).toBe("rgba(15,133,130,0.25)");
    expect(inked({ marker: { color: ["c1", "none"] }, text: "c1" }, inks)).toEqual({
      marker: { color: ["#0f8582", "rgba(0,0,0,0)"] },
      text: "c1",
    });
  });
  it("know dark from light", () => {
    expect(isDark("#171b1d")).toBe(true);
    expect(isDark("#ffffff")).toBe(false);
  });
});

describe("every kind", () => {
  it("has a twin of its own name and a sample", async () => {
    for (const kind of chartKinds()) {
      const view = await loadChart(kind);
      expect(view?.kind).toBe(kind);
      expect(figures[kind]?.kind).toBe(kind);
    }
    expect(chartKinds().length).toBe(22);
  });
});
