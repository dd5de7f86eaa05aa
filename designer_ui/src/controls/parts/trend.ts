/** A small line of measured values over time, with the band of what is usual. Pure. */

import { isOff, type Sign } from "./vitalSigns";

export interface Measured {
  /** ISO instant or day. */
  at: string;
  value: number;
  id: string;
}
export interface TrendDot extends Measured {
  x: number;
  y: number;
  off: boolean;
}
export interface TrendDrawing {
  dots: TrendDot[];
  /** Top and height of the band; null where nothing usual is known. */
  band: { y: number; height: number } | null;
}

const EDGE = 4;
const ROOM = 0.12;

/** Places values in a box: by their time from left to right, the usual band always in sight. */
export const trendOf = (
  sign: Sign,
  measured: readonly Measured[],
  wide: number,
  tall: number,
): TrendDrawing => {
  const points = [...measured].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const values = points.map((point) => point.value);
  const bounds = [sign.low, sign.high].filter((bound) => bound !== undefined);
  const [least, most] = [Math.min(...values, ...bounds), Math.max(...values, ...bounds)];
  // A little room beyond the band shows that it ends there.
  const room = (most - least) * ROOM;
  const [low, high] = [least - room, most + room];
  const from = Date.parse(points[0]?.at ?? "");
  const span = Date.parse(points.at(-1)?.at ?? "") - from;
  const yOf = (value: number) =>
    high === low ? tall / 2 : tall - EDGE - ((tall - 2 * EDGE) * (value - low)) / (high - low);
  const top = yOf(sign.high ?? high);
  return {
    dots: points.map((point) => ({
      ...point,
      x: span > 0 ? EDGE + ((wide - 2 * EDGE) * (Date.parse(point.at) - from)) / span : wide / 2,
      y: yOf(point.value),
      off: isOff(sign, point.value),
    })),
    band: bounds.length ? { y: top, height: yOf(sign.low ?? low) - top } : null,
  };
};
