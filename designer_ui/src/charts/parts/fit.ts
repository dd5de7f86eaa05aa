/** Fits a figure to its room: words below an axis are thinned (time) or shortened (names), so that none covers another. */

import type { PlotFigure, Trace } from "./figure";

const WORD = 12;
const LEAST_LETTERS = 3;

type Part = { readonly [key: string]: unknown };

const part = (value: unknown): Part =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** About how wide words are in pixels; a line break starts anew. */
export const wide = (text: string): number =>
  Math.max(
    ...text.split("<br>").map((line) => {
      let width = 0;
      for (const letter of line) width += (letter.codePointAt(0) ?? 0) > 0x2e7f ? WORD : WORD * 0.58;
      return width;
    }),
  );

/** Words cut to `room` pixels; an entity like `&lt;` is one letter. */
export const clipped = (text: string, room: number): string => {
  if (wide(text) <= room) return text;
  const letters = text.match(/&(?:amp|lt|gt);|./gsu) ?? [];
  let kept = "";
  for (const letter of letters) {
    if (wide(`${kept}${letter}…`) > room && kept.length >= LEAST_LETTERS) break;
    kept += letter;
  }
  return `${kept}…`;
};

/** Every n-th of the words; a second line (the year) left out with its word moves to the next one kept. */
export const thinned = (words: readonly string[], every: number): string[] => {
  const kept: string[] = [];
  let line = "";
  words.forEach((word, at) => {
    const [head = "", below] = word.split("<br>");
    line = below ?? line;
    if (at % every !== 0) return;
    kept.push(line ? `${head}<br>${line}` : head);
    line = "";
  });
  return kept;
};

const fitX = (axis: Part, width: number, how: string): Part => {
  const words = texts(axis.ticktext);
  const places = Array.isArray(axis.tickvals) ? axis.tickvals : [];
  if (words.length < 2) return axis;
  const step = width / words.length;
  const longest = Math.max(...words.map(wide));
  // Numbers of one or two digits stand close together.
  const widest = longest + (longest < 20 ? 4 : 10);
  if (widest <= step) return { ...axis, tickangle: 0 };
  if (how === "category" && step >= 30)
    return { ...axis, tickangle: 0, ticktext: words.map((word) => clipped(word, step - 6)) };
  if (how === "category" && words.length <= 40)
    return { ...axis, tickangle: -45, ticktext: words.map((word) => clipped(word, 84)) };
  const every = Math.max(1, Math.ceil(widest / step));
  const keep = (_: unknown, at: number): boolean => at % every === 0;
  return { ...axis, tickangle: 0, tickvals: places.filter(keep), ticktext: thinned(words, every) };
};

const fitNumbers = (axis: Part, room: number): Part => {
  const words = texts(axis.ticktext);
  const places = Array.isArray(axis.tickvals) ? axis.tickvals : [];
  const every = Math.ceil((words.length * (Math.max(0, ...words.map(wide)) + 14)) / Math.max(1, room));
  if (every <= 1) return { ...axis, tickangle: 0 };
  const keep = (_: unknown, at: number): boolean => at % every === 0;
  return { ...axis, tickangle: 0, tickvals: places.filter(keep), ticktext: words.filter(keep) };
};

/** The layout for `width` × `height` pixels. */
export const fitted = (figure: PlotFigure, width: number, height: number): Part => {
  const layout: Part = { ...figure.layout, width, height, autosize: false };
  const { axis, flat, cells, width: asked } = part(layout.meta);
  const x = part(layout.xaxis);
  const y = part(layout.yaxis);
  // A calendar keeps its squares square and scrolls where the room is too narrow for the year.
  if (axis === "fixed" && typeof asked === "number") return { ...layout, width: Math.max(width, asked) };
  if (axis === undefined || axis === "fixed") return layout;
  const names = Math.min(Math.max(80, width * 0.3), 220);
  const shortened = texts(y.ticktext).map((word) => clipped(word, names));
  const left = Math.max(0, ...shortened.map(wide)) + 16;
  if (axis === "number") return { ...layout, xaxis: fitNumbers(x, width - left - 24) };
  if (flat || cells) {
    const yaxis = { ...y, ticktext: shortened };
    const rest = width - left - 24;
    if (flat) return { ...layout, yaxis, xaxis: x.ticktext ? fitNumbers(x, rest) : x };
    return { ...layout, yaxis, xaxis: fitX(x, rest, axis === "category" ? "category" : "time") };
  }
  const right = layout.yaxis2 ? left : 12;
  return { ...layout, xaxis: fitX(x, width - left - right, axis === "category" ? "category" : "time") };
};

const SIZES = [11, 10, 9];

/** The words of a trace of cells: smaller where they are narrow, none where they would cover each other (a click tells them). */
const fitCells = (trace: Trace, step: number): Trace => {
  if (trace.type !== "heatmap" || !trace.texttemplate || !Array.isArray(trace.text)) return trace;
  const widest = Math.max(0, ...trace.text.flatMap((row) => texts(row).map(wide)));
  const size = SIZES.find((one) => (widest * one) / WORD + 6 <= step);
  return size === undefined
    ? { ...trace, texttemplate: "" }
    : { ...trace, textfont: { ...part(trace.textfont), size } };
};

/** The traces for `width` pixels. */
export const fittedData = (figure: PlotFigure, width: number): PlotFigure["data"] => {
  const { cells } = part(figure.layout.meta);
  if (!cells) return figure.data;
  const columns = texts(part(figure.layout.xaxis).ticktext).length;
  const names = Math.min(Math.max(80, width * 0.3), 220);
  const rows = texts(part(figure.layout.yaxis).ticktext).map((word) => wide(clipped(word, names)));
  const step = (width - Math.max(0, ...rows) - 40) / Math.max(1, columns);
  return figure.data.map((trace) => fitCells(trace, step));
};

/** Pixels of height the figure asks for; undefined where any will do. */
export const asksFor = (figure: PlotFigure): number | undefined => {
  const { height } = part(figure.layout.meta);
  return typeof height === "number" ? height : undefined;
};
