/** A waterfall of many steps, or many boxes, lie down where it is narrow: their names are read in lines, not askew. */

import type { PlotFigure } from "./figure";
import { part, texts } from "./fitWords";

const NARROW = 480;
const FEW = 6;
const ROW = 26;
const FRAME = 46;
const MOST = 720;

const rows = (figure: PlotFigure): number => texts(part(figure.layout.xaxis).ticktext).length;

const LIES = new Set(["waterfall", "box"]);

const turns = (figure: PlotFigure, width: number): boolean =>
  LIES.has(figure.kind) && width < NARROW && rows(figure) > FEW;

/** The figure as it is drawn in a room of `width` pixels. */
export const turned = (figure: PlotFigure, width: number): PlotFigure => {
  if (!turns(figure, width)) return figure;
  const { xaxis, yaxis, meta } = figure.layout;
  const below = rows(figure) - 0.5;
  return {
    ...figure,
    data: figure.data.map((trace) => ({
      ...trace,
      x: trace.y,
      y: trace.x,
      ...("x0" in trace ? { x0: undefined, y0: trace.x0 } : {}),
      ...(trace.type === "bar" || trace.type === "box" ? { orientation: "h" } : {}),
      ...(trace.hoverinfo === "y" ? { hoverinfo: "x" } : {}),
    })),
    layout: {
      ...figure.layout,
      xaxis: { ...part(yaxis) },
      yaxis: { ...part(xaxis), range: [below, -0.5], showline: false },
      meta: { ...part(meta), flat: true },
    },
  };
};

/** Pixels of height that a figure asks for on a phone, where cards may grow; undefined where any will do. */
export const asksFor = (figure: PlotFigure, width: number): number | undefined => {
  const { height } = part(figure.layout.meta);
  if (turns(figure, width)) return Math.min(MOST, FRAME + ROW * rows(figure));
  return typeof height === "number" && part(figure.layout.meta).flat ? Math.min(MOST, height) : undefined;
};
