/** How many pixels a card needs to show all it has: known of tables, of rows of bars, and of cards with nothing to show. */

import { type RefObject, useLayoutEffect } from "react";
import { isPlot } from "../../charts/parts/figure";
import type { CellAnswer } from "./contract";
import { EMPTY } from "./useNeeds";

const LEAST = 190;
/** A number for lines below a chart and the frame that cannot be measured. */
const WHOLE = 1;

const flatHeight = (answer: CellAnswer): number | undefined => {
  const { figure } = answer;
  if (!figure || !isPlot(figure)) return undefined;
  const { meta } = figure.layout;
  if (typeof meta !== "object" || meta === null || !("height" in meta)) return undefined;
  const isRows = ("flat" in meta && meta.flat) || "cells" in meta;
  return isRows && typeof meta.height === "number" ? Math.max(LEAST, meta.height) : undefined;
};

export const useNeed = (
  card: RefObject<HTMLElement | null>,
  answer: CellAnswer | undefined,
  onNeed: ((pixels: number | null) => void) | undefined,
): void => {
  useLayoutEffect(() => {
    const element = card.current;
    if (!element || !answer || !onNeed) return;
    const look = (): void => {
      const table = element.querySelector<HTMLElement>(".chart-table");
      const room = element.querySelector<HTMLElement>(".dash-cell-chart, .dash-cell-state");
      if (!room) return;
      if (answer.figure?.empty) {
        onNeed(EMPTY);
        return;
      }
      const rest = element.offsetHeight - room.clientHeight;
      const inside = table?.offsetHeight ?? flatHeight(answer);
      onNeed(inside === undefined ? null : rest + inside + WHOLE);
    };
    look();
    const table = element.querySelector(".chart-table");
    if (!table) return;
    const observer = new ResizeObserver(look);
    observer.observe(table);
    return () => observer.disconnect();
  }, [card, answer, onNeed]);
};
