/** Words inside a figure by the room they have: shortened, or left out where they would cover each other; a pointer tells them whole. */

import type { PlotFigure, Trace } from "./figure";
import { clipped, names, part, texts, wide } from "./fitWords";

interface Room {
  readonly width: number;
  readonly height: number;
}

const LOUD = 11;
const SIZES = [LOUD, 10, 9];
const WORD = 12;
/** Least height of a bar lying down whose number can be read. */
const LEAST_BAR = 13;
const LEGEND_SIGN = 56;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numbers = (value: unknown): number[] => list(value).map(Number);
const sized = (trace: Trace, size: number): Trace => ({
  ...trace,
  textfont: { ...part(trace.textfont), size },
});
/** The largest size at which words this wide at size 12 take no more than `room`. */
const sizeFor = (widest: number, room: number): number | undefined =>
  SIZES.find((one) => (widest * one) / WORD + 6 <= room);

const cellsIn = (trace: Trace, figure: PlotFigure, { width }: Room): Trace => {
  if (!trace.texttemplate || !Array.isArray(trace.text)) return trace;
  const columns = texts(part(figure.layout.xaxis).ticktext).length;
  const rows = texts(part(figure.layout.yaxis).ticktext).map((word) => wide(clipped(word, names(width))));
  const step = (width - Math.max(0, ...rows) - 40) / Math.max(1, columns);
  const widest = Math.max(0, ...trace.text.flatMap((row) => texts(row).map(wide)));
  const size = sizeFor(widest, step);
  return size === undefined ? { ...trace, texttemplate: "" } : sized(trace, size);
};

/** Numbers at the ends of bars. Plotly would shrink them to the bar until nobody can read them. */
const barsIn = (trace: Trace, figure: PlotFigure, { width, height }: Room): Trace => {
  if (trace.textposition !== "outside") return trace;
  const said = texts(trace.text);
  const free = { ...trace, constraintext: "none" };
  const mute = { ...trace, text: said.map(() => "") };
  if (part(figure.layout.meta).flat) {
    const rows = Math.max(1, texts(part(figure.layout.yaxis).ticktext).length);
    const beside = figure.data.filter((one) => one.type === "bar").length;
    return (height - 60) / rows / Math.max(1, beside) >= LEAST_BAR - 1 ? free : mute;
  }
  const step = (width - 64) / Math.max(1, said.length);
  const size = sizeFor(Math.max(0, ...said.map(wide)), step + 6);
  return size === undefined ? mute : sized(free, size);
};

/** Names around a pie, with the share behind each. */
const pieIn = (trace: Trace, { width }: Room): Trace => ({
  ...trace,
  text: texts(trace.text).map((word) => {
    const at = word.lastIndexOf(" ");
    const share = at < 0 ? "" : word.slice(at);
    return (
      word &&
      clipped(word.slice(0, word.length - share.length), Math.max(52, width * 0.24 - wide(share))) + share
    );
  }),
});

/** Names in the rings of a sunburst stand across their ring. */
const ringsIn = (trace: Trace, { width, height }: Room): Trace => {
  const ids = texts(trace.ids);
  const parents = texts(trace.parents);
  const up = new Map(ids.map((id, at) => [id, parents[at] ?? ""]));
  const deep = (id: string): number => {
    let count = 0;
    for (let each = id; each && count < 9; each = up.get(each) ?? "") count += 1;
    return count;
  };
  const rings = Math.max(1, ...ids.map(deep));
  const ring = Math.min(width, height) / 2 / rings - 8;
  return { ...trace, labels: texts(trace.labels).map((word) => clipped(word, ring)) };
};

/** Names of boxes: plotly would shrink long ones until nobody can read them. */
const boxesIn = (trace: Trace, { width }: Room): Trace => ({
  ...trace,
  labels: texts(trace.labels).map((word) => clipped(word, Math.max(48, Math.min(120, width * 0.2)))),
});

const flowsIn = (trace: Trace, { width }: Room): Trace => {
  const node = part(trace.node);
  return {
    ...trace,
    node: { ...node, label: texts(node.label).map((word) => clipped(word, Math.max(60, width * 0.26))) },
  };
};

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const touch = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const range = (axis: unknown): readonly [number, number] | null => {
  const [low, high] = numbers(part(axis).range);
  return low === undefined || high === undefined || low === high ? null : [low, high];
};

/** Names beside dots: those of the largest first, no two over each other, none outside. */
const dotsIn = (trace: Trace, figure: PlotFigure, { width, height }: Room): Trace => {
  const across = range(figure.layout.xaxis);
  const along = range(figure.layout.yaxis);
  if (!String(trace.mode).includes("text") || !across || !along) return trace;
  const isBelow = String(trace.textposition).startsWith("bottom");
  // Around the dots of a graph there are no axes; a cloud has them on the left and below.
  const bare = part(figure.layout.xaxis).visible === false;
  const room = bare
    ? { left: 8, width: width - 20, top: 8, height: height - 16 }
    : { left: 60, width: width - 72, top: 8, height: height - 64 };
  const sizes = numbers(part(trace.marker).size);
  const size = (at: number): number => sizes[at] ?? (Number(part(trace.marker).size) || 8);
  const xs = numbers(trace.x);
  const ys = numbers(trace.y);
  const words = texts(trace.text).map((word) => clipped(word, Math.max(60, width * 0.2)));
  const taken: Box[] = [];
  const kept = words.map(() => "");
  const order = words.map((_, at) => at).sort((a, b) => size(b) - size(a) || a - b);
  for (const at of order) {
    const word = words[at] ?? "";
    const [x, y] = [xs[at], ys[at]];
    if (!word || x === undefined || y === undefined) continue;
    const middle = room.left + ((x - across[0]) / (across[1] - across[0])) * room.width;
    const level = room.top + (1 - (y - along[0]) / (along[1] - along[0])) * room.height;
    const half = (wide(word) * LOUD) / WORD / 2;
    const edge = isBelow ? level + size(at) / 2 : level - size(at) / 2 - 14;
    const box = { left: middle - half, right: middle + half, top: edge, bottom: edge + 14 };
    if (box.left < 0 || box.right > width || taken.some((other) => touch(box, other))) continue;
    taken.push(box);
    kept[at] = word;
  }
  return { ...trace, text: kept };
};

const inside = (trace: Trace, figure: PlotFigure, room: Room): Trace => {
  switch (trace.type) {
    case "heatmap":
      return part(figure.layout.meta).cells ? cellsIn(trace, figure, room) : trace;
    case "bar":
    case "waterfall":
      return barsIn(trace, figure, room);
    case "pie":
      return pieIn(trace, room);
    case "sunburst":
      return ringsIn(trace, room);
    case "treemap":
      return boxesIn(trace, room);
    case "sankey":
      return flowsIn(trace, room);
    case "scatter":
      return dotsIn(trace, figure, room);
    default:
      return trace;
  }
};

/** The traces for `width` × `height` pixels. */
export const fittedData = (figure: PlotFigure, width: number, height: number): PlotFigure["data"] => {
  const room = { width, height };
  // Two names of a legend stand beside each other where they are short.
  const sign = Math.max(80, width - LEGEND_SIGN - 40);
  return figure.data.map((each) => {
    const trace = inside(each, figure, room);
    return figure.layout.showlegend && typeof trace.name === "string"
      ? { ...trace, name: clipped(trace.name, Math.min(sign, 180)) }
      : trace;
  });
};
