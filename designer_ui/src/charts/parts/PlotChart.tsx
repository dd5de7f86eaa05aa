/** Draws a figure with plotly.js, which loads when the first chart shows. */

import type { PlotElement, PlotPoint } from "plotly.js/lib/core";
import { useEffect, useRef, useState } from "react";
import { isObject } from "../../shared/json";
import { useLang } from "../../shared/useLang";
import { inked, useInks } from "./colours";
import { type ChartProps, type Dims, isPlot, type Picked } from "./figure";
import { fitted, tallest } from "./fit";
import { fittedData } from "./fitTraces";
import { turned } from "./fitTurn";

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif';

const dimsOf = (point: PlotPoint): Dims | null => {
  const meta = point.data?.meta ?? point.fullData?.meta;
  const known = isObject(meta) ? meta : {};
  const custom = Array.isArray(point.customdata) ? point.customdata[0] : point.customdata;
  if (isObject(custom)) return custom;
  if (Array.isArray(known.picks)) {
    const pick: unknown = known.picks[point.pointNumber ?? -1];
    return isObject(pick) ? pick : null;
  }
  return isObject(known.pick) ? known.pick : null;
};

export const pickedOf = (points: readonly PlotPoint[] | undefined, x: number, y: number): Picked | null => {
  const point = points?.find((each) => dimsOf(each) !== null);
  const dims = point ? dimsOf(point) : null;
  if (!point || !dims) return null;
  const meta = point.data?.meta ?? point.fullData?.meta;
  const measure = isObject(meta) && typeof meta.measure === "string" ? meta.measure : null;
  return { dims, measure, x, y };
};

/** The size of an element, whole pixels; null before it is laid out. */
export const useSize = (): [
  (element: HTMLElement | null) => void,
  { width: number; height: number } | null,
] => {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    if (!element) return;
    const measure = (): void => {
      const width = Math.floor(element.clientWidth);
      const height = Math.floor(element.clientHeight);
      setSize((old) =>
        width === 0 || (old?.width === width && old.height === height) ? old : { width, height },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, size];
};

export const PlotChart = ({ figure, title, onPick }: ChartProps) => {
  const [frame, size] = useSize();
  const spot = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  const [isFailed, setFailed] = useState(false);
  const inks = useInks();
  const lang = useLang();
  pick.current = onPick;
  const isTall =
    size !== null && isPlot(figure) && tallest(turned(figure, size.width), size.height) > size.height;

  useEffect(() => {
    const element = spot.current;
    if (!element || !size || !isPlot(figure)) return;
    let alive = true;
    const draw = async (): Promise<void> => {
      const { default: Plotly } = await import("./bundle");
      if (!alive) return;
      const shown = turned(figure, size.width);
      const height = tallest(shown, size.height, element.closest(".is-paper") !== null);
      const layout = inked(fitted(shown, size.width, height), inks);
      const font = { family: FONT, size: 12, color: inks.text2 };
      const config = {
        displayModeBar: false,
        doubleClick: false,
        scrollZoom: false,
        locale: lang === "zh" ? "zh-CN" : "en",
      };
      const plot: PlotElement = await Plotly.react(
        element,
        inked(fittedData(shown, size.width, height), inks),
        { ...(isObject(layout) ? layout : {}), font },
        config,
      );
      // A calendar wider than its room shows its newest days first.
      const room = element.parentElement;
      if (figure.kind === "calendar_heat_map" && room) room.scrollLeft = room.scrollWidth;
      plot.removeAllListeners?.("plotly_click");
      const listen = ({ points, event }: { points?: PlotPoint[]; event?: MouseEvent }): undefined => {
        const found = pickedOf(points, event?.clientX ?? 0, event?.clientY ?? 0);
        if (found) pick.current?.(found);
      };
      plot.on("plotly_click", listen);
      // Treemaps and sunbursts would zoom by themselves; drilling is the dashboard's.
      for (const name of ["plotly_treemapclick", "plotly_sunburstclick"]) {
        plot.removeAllListeners?.(name);
        plot.on(name, (event) => {
          listen(event);
          return false;
        });
      }
    };
    draw().catch(() => alive && setFailed(true));
    return () => {
      alive = false;
    };
  }, [figure, size, inks, lang]);

  useEffect(() => {
    const element = spot.current;
    return () => {
      if (element?.hasChildNodes())
        void import("./bundle").then(({ default: Plotly }) => Plotly.purge(element));
    };
  }, []);

  return (
    <div
      ref={frame}
      className={`chart-plot${onPick ? " is-open" : ""}${isTall ? " is-tall" : ""}`}
      role="img"
      aria-label={title}
      // What scrolls is scrolled by keys, too.
      tabIndex={figure.kind === "calendar_heat_map" || isTall ? 0 : undefined}
    >
      {isFailed ? <div className="chart-failed">{title}</div> : null}
      <div ref={spot} />
    </div>
  );
};
