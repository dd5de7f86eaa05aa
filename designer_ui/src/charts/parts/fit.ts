/** Fits a figure to its room: words below an axis are thinned (time) or shortened (names), so that none covers another. */

import type { PlotFigure } from "./figure";
import { lyingAxis } from "./fitRange";
import { clipped, names, type Part, part, texts, wide, wrapped } from "./fitWords";

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

/** Room for three letters. */
const LEAST_NAME = 36;
/** Room in which two lines of a name are read better than the beginning of one. */
const TWO_LINES = 60;

const fitX = (axis: Part, width: number, how: string): Part => {
  const words = texts(axis.ticktext);
  const places = Array.isArray(axis.tickvals) ? axis.tickvals : [];
  if (words.length < 2) return axis;
  const step = width / words.length;
  const longest = Math.max(...words.map(wide));
  // Numbers of one or two digits stand close together.
  const widest = longest + (longest < 20 ? 4 : 10);
  if (widest <= step) return { ...axis, tickangle: 0 };
  if (how === "category" && step - 6 >= TWO_LINES)
    return { ...axis, tickangle: 0, ticktext: words.map((word) => wrapped(word, step - 6)) };
  if (how === "category" && step - 6 >= LEAST_NAME)
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

/** In the corner two axes of numbers meet: a wide first word below would lie over the lowest beside. */
const cornered = (y: Part, x: Part): Part => {
  const [first = ""] = texts(x.ticktext);
  const words = texts(y.ticktext);
  return wide(first) < 20 ? y : { ...y, ticktext: words.map((word, at) => (at === 0 ? "" : word)) };
};

/** Least height of a row whose name can be read. */
const LEAST_ROW = 16;

/** Pixels of height that rows of names need at least; on paper, which nobody scrolls, they share what there is. */
export const tallest = (figure: PlotFigure, height: number, isPaper = false): number => {
  if (!part(figure.layout.meta).flat || isPaper) return height;
  return Math.max(height, texts(part(figure.layout.yaxis).ticktext).length * LEAST_ROW + 46);
};

/** A legend stands above an axis that stands above the bars. */
const raised = (layout: Part, height: number): Part =>
  layout.showlegend && part(layout.xaxis).side === "top"
    ? { ...layout, legend: { ...part(layout.legend), y: 1 + 26 / Math.max(60, height - 60) } }
    : layout;

/** The layout for `width` × `height` pixels. */
export const fitted = (figure: PlotFigure, width: number, height: number): Part => {
  const layout = raised({ ...figure.layout, width, height, autosize: false }, height);
  const { axis, flat, cells, width: asked } = part(layout.meta);
  const x = part(layout.xaxis);
  const y = part(layout.yaxis);
  // A calendar keeps its squares square and scrolls where the room is too narrow for the year.
  if (axis === "fixed" && typeof asked === "number") return { ...layout, width: Math.max(width, asked) };
  if (axis === undefined || axis === "fixed") return layout;
  const shortened = texts(y.ticktext).map((word) => clipped(word, names(width)));
  const left = Math.max(0, ...shortened.map(wide)) + 16;
  if (axis === "number") return { ...layout, xaxis: fitNumbers(x, width - left - 24), yaxis: cornered(y, x) };
  if (flat || cells) {
    const yaxis = { ...y, ticktext: shortened };
    const rest = width - left - 24;
    if (flat) {
      const lying = lyingAxis(figure, rest);
      return { ...layout, yaxis, xaxis: x.ticktext ? fitNumbers(lying, rest) : lying };
    }
    return { ...layout, yaxis, xaxis: fitX(x, rest, axis === "category" ? "category" : "time") };
  }
  const right = layout.yaxis2 ? left : 12;
  return { ...layout, xaxis: fitX(x, width - left - right, axis === "category" ? "category" : "time") };
};
