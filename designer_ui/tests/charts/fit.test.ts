import { describe, expect, it } from "vitest";
import { ink, inked, isDark } from "../../src/charts/parts/colours";
import type { PlotFigure, Trace } from "../../src/charts/parts/figure";
import { fitted, tallest, thinned } from "../../src/charts/parts/fit";
import { fittedData } from "../../src/charts/parts/fitTraces";
import { asksFor, turned } from "../../src/charts/parts/fitTurn";
import { clipped, wide } from "../../src/charts/parts/fitWords";
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
  it("stand in two lines where one is too short, parted at a gap", () => {
    const words = ["方案·待医生确认方案的金额", "未到店线索（高意向）", "已成交"];
    expect(textsOf(fitted(named([...words, ...words, ...words], "category"), 900, 300))).toEqual(
      expect.arrayContaining(["方案<br>待医生确认方…", "未到店线索<br>（高意向）", "已成交"]),
    );
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
    data: [
      {
        type: "heatmap",
        text: [months.map(() => "123.4%")],
        texttemplate: "%{text}",
        textfont: { size: 11 },
      },
    ],
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
      const [trace] = fittedData(map, width, 300);
      return trace?.texttemplate ? trace.textfont : null;
    };
    expect(size(1200)).toEqual({ size: 11 });
    expect(size(520)).toEqual({ size: 9 });
    expect(size(340)).toBe(null);
  });
});

describe("words inside a figure", () => {
  const LONG = "城东旗舰店与合作机构联合推广的周末种植牙义诊专场活动";
  const drawn = (trace: Trace, layout: PlotFigure["layout"], width: number, height: number): Trace => {
    const figure: PlotFigure = { kind: "x", data: [trace], layout, notes: [], empty: false };
    return fittedData(figure, width, height)[0] ?? trace;
  };
  const wordsOf = (trace: Trace): string[] => (Array.isArray(trace.text) ? trace.text.map(String) : []);

  it("keep the share of a pie's part whole and shorten its name", () => {
    const { text } = drawn({ type: "pie", text: [`${LONG} 13.6%`, ""] }, {}, 360, 300);
    expect(text).toEqual([expect.stringMatching(/^城东.*… 13\.6%$/), ""]);
  });
  it("of a legend are shortened, of a figure without one they stay", () => {
    const trace = { type: "bar", name: LONG };
    expect(drawn(trace, { showlegend: true }, 360, 300).name).toMatch(/…$/);
    expect(drawn(trace, {}, 360, 300).name).toBe(LONG);
  });
  it("at the ends of bars are as large as can be read, or not there", () => {
    const trace = { type: "waterfall", textposition: "outside", text: Array(10).fill("+¥12.34万") };
    expect(drawn(trace, {}, 1200, 300)).toMatchObject({ constraintext: "none", textfont: { size: 11 } });
    expect(wordsOf(drawn(trace, {}, 300, 300)).join("")).toBe("");
    const rows = Array.from({ length: 20 }, (_, at) => `渠道${at}`);
    const flat = { meta: { flat: true }, yaxis: { ticktext: rows } };
    const lying = { type: "bar", textposition: "outside", text: rows };
    expect(wordsOf(drawn(lying, flat, 300, 200)).join("")).toBe("");
    expect(wordsOf(drawn(lying, flat, 300, 600))).toEqual(rows);
  });
  it("beside dots never cover each other, and the largest dot has its name", () => {
    const many = 40;
    const at = Array.from({ length: many }, (_, n) => n);
    const trace = {
      type: "scatter",
      mode: "markers+text",
      textposition: "bottom center",
      x: at.map((n) => Math.cos(n) * 0.4),
      y: at.map((n) => Math.sin(n * 1.7) * 0.4),
      text: at.map((n) => `推荐人${n}`),
      marker: { size: at.map((n) => 8 + (n === 17 ? 30 : n % 5)) },
    };
    const axis = { visible: false, range: [-1.15, 1.15] };
    const kept = wordsOf(drawn(trace, { xaxis: axis, yaxis: axis }, 330, 300));
    expect(kept[17]).toBe("推荐人17");
    const shown = kept.filter(Boolean).length;
    expect(shown).toBeGreaterThan(3);
    expect(shown).toBeLessThan(many);
    const wider = wordsOf(drawn(trace, { xaxis: axis, yaxis: axis }, 1400, 900));
    expect(wider.filter(Boolean).length).toBeGreaterThan(shown);
  });
  it("in rings and flows are shortened to their place", () => {
    const ring = { type: "sunburst", ids: ["root", "a"], parents: ["", "root"], labels: ["", LONG] };
    expect(drawn(ring, {}, 300, 300).labels).toEqual(["", expect.stringMatching(/…$/)]);
    const flow = { type: "sankey", node: { label: [LONG, "种植"] } };
    expect(drawn(flow, {}, 330, 300).node).toEqual({ label: [expect.stringMatching(/…$/), "种植"] });
  });
});

describe("the axis of lying bars", () => {
  const bars = (values: number[], text: string[]): PlotFigure => ({
    ...named([], "category"),
    data: [{ type: "bar", textposition: "outside", x: values, text }],
    layout: {
      meta: { axis: "category", flat: true },
      yaxis: { ticktext: values.map(() => "渠道") },
      xaxis: { range: [Math.min(0, ...values), 100], tickvals: [0, 100], ticktext: ["0", "100"] },
    },
  });
  const rangeOf = (figure: PlotFigure, width: number): unknown => {
    const { xaxis } = fitted(figure, width, 300);
    return typeof xaxis === "object" && xaxis !== null && "range" in xaxis ? xaxis.range : null;
  };
  const numbersOf = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);
  it.each([
    [[100], ["¥100.23万"]],
    [
      [-100, 50],
      ["-¥100.23万", "¥1"],
    ],
    [
      [-100, 100],
      ["-¥100.23万", "¥100.23万"],
    ],
  ])("reaches far enough for the words at the ends of %j", (values, text) => {
    const room = 236;
    const [low = 0, high = 0] = numbersOf(rangeOf(bars(values, text), 300));
    values.forEach((value, at) => {
      const end = ((value - low) / (high - low)) * room;
      const word = wide(text[at] ?? "") * 0.9;
      expect(value < 0 ? end - word : room - end - word).toBeGreaterThan(0);
    });
  });
  it("stays where there is room", () => {
    expect(rangeOf(bars([50], ["¥50"]), 600)).toEqual([0, 100]);
  });
  it("leaves a funnel room for what does not fit inside its steps", () => {
    const funnel = (text: string[]): PlotFigure => ({
      ...bars([1000, 520], text),
      data: [{ type: "funnel", x: [1000, 520], text }],
    });
    expect(rangeOf(funnel(["1,000", "520"]), 300)).toEqual([-500, 500]);
    const [low = 0, high = 0] = numbersOf(rangeOf(funnel(["1,000", "520 ↓ 55.3% 之前之后之前之"]), 260));
    expect(-low).toBeGreaterThan(500);
    const step = ((260 / (high - low)) * 520) / 2;
    const middle = (260 / (high - low)) * -low;
    expect(middle + step + wide("520 ↓ 55.3% 之前之后之前之")).toBeLessThan(260);
  });
});

describe("a waterfall on a phone", () => {
  const fall = (steps: number): PlotFigure => {
    const names = Array.from({ length: steps }, (_, at) => `步骤${at}`);
    const at = names.map((_, place) => place);
    return {
      ...named(names, "category"),
      kind: "waterfall",
      data: [
        { type: "scatter", x: at, y: at },
        { type: "bar", x: at, y: at, base: at },
      ],
    };
  };
  it("of many steps lies down and asks for a row each; on a desk or of few steps it stands", () => {
    const lain = turned(fall(9), 360);
    expect(lain.data[1]).toMatchObject({ orientation: "h" });
    expect(lain.layout.yaxis).toMatchObject({ range: [8.5, -0.5], ticktext: expect.any(Array) });
    expect(asksFor(fall(12), 360)).toBeGreaterThan(300);
    for (const [steps, width] of [
      [9, 900],
      [4, 360],
    ] as const) {
      expect(turned(fall(steps), width)).toEqual(fall(steps));
      expect(asksFor(fall(steps), width)).toBeUndefined();
    }
  });
  it("is done alike with many boxes, each with its own place", () => {
    const box = { type: "box", x0: 3, y: [1, 2, 9], hoverinfo: "y" };
    const lain = turned({ ...fall(9), kind: "box", data: [box] }, 360);
    expect(lain.data[0]).toMatchObject({ orientation: "h", y0: 3, x: [1, 2, 9], hoverinfo: "x" });
    expect(lain.data[0]?.x0).toBeUndefined();
  });
});

describe("rows of names", () => {
  const rows = (count: number): PlotFigure => ({
    ...named([], "category"),
    layout: { meta: { axis: "category", flat: true }, yaxis: { ticktext: Array(count).fill("渠道") } },
  });
  it("make the chart taller than its room where they would cover each other, but not on paper", () => {
    expect(tallest(rows(5), 200)).toBe(200);
    expect(tallest(rows(40), 200)).toBeGreaterThan(600);
    expect(tallest(rows(40), 200, true)).toBe(200);
  });
  it("leave the legend above an axis that stands on top", () => {
    const figure = { ...rows(3), layout: { ...rows(3).layout, showlegend: true, xaxis: { side: "top" } } };
    expect(fitted(figure, 400, 300).legend).toEqual({ y: expect.closeTo(1.108, 2) });
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
