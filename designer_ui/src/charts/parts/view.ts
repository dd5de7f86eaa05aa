/** What a twin offers, and how one is found: a kind has a file of its name in `charts/`. */

import type { ComponentType } from "react";
import { useEffect, useState } from "react";
import type { ChartProps } from "./figure";

export interface ChartView {
  readonly kind: string;
  /** Path of a 24 × 24 drawing for pickers. */
  readonly icon: string;
  readonly View: ComponentType<ChartProps>;
  /** Least pixels of height at which it is legible. */
  readonly least: number;
}

const modules = import.meta.glob<{ default: ChartView }>("../*.tsx");
const loaded = new Map<string, ChartView>();

export const chartKinds = (): string[] => Object.keys(modules).map((path) => path.slice(3, -4));

export const loadChart = async (kind: string): Promise<ChartView | null> => {
  const load = modules[`../${kind}.tsx`];
  if (!load) return null;
  const view = (await load()).default;
  loaded.set(kind, view);
  return view;
};

/** The twin once it is there; undefined while it loads, null where there is none. */
export const useChartView = (kind: string): ChartView | null | undefined => {
  const [view, setView] = useState<ChartView | null | undefined>(() => loaded.get(kind));
  useEffect(() => {
    let alive = true;
    setView(loaded.get(kind));
    loadChart(kind)
      .catch(() => null)
      .then((found) => alive && setView(found));
    return () => {
      alive = false;
    };
  }, [kind]);
  return view;
};
