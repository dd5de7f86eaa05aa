/** How far an axis of numbers must reach so that the words at the ends of lying bars have room beside them. */

import type { PlotFigure, Trace } from "./figure";
import { type Part, part, texts, wide } from "./fitWords";

const GAP = 8;
const SHARE = 11 / 12;
const ROUNDS = 6;

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);

const reach = (trace: Trace, low: number, high: number, room: number): readonly [number, number] => {
  const words = texts(trace.text);
  let [least, most] = [low, high];
  const bases = numbers(trace.base);
  numbers(trace.x).forEach((length, at) => {
    const word = words[at];
    const value = length + (bases[at] ?? 0);
    if (!word || !Number.isFinite(value)) return;
    const share = (wide(word) * SHARE + GAP) / room;
    if (share >= 0.7) return;
    if (value >= 0) most = Math.max(most, low + (value - low) / (1 - share));
    else least = Math.min(least, high - (high - value) / (1 - share));
  });
  return [least, most];
};

/** The axis of lying bars, `room` pixels wide. */
const barAxis = (figure: PlotFigure, axis: Part, room: number): Part => {
  const [low, high] = numbers(axis.range);
  if (low === undefined || high === undefined) return axis;
  let [least, most] = [low, high];
  // What one side takes is missing on the other: a few rounds settle it.
  for (let round = 0; round < ROUNDS; round += 1)
    for (const trace of figure.data)
      if (trace.textposition === "outside") [least, most] = reach(trace, least, most, room);
  return { ...axis, range: [least, most] };
};

/** Its steps need not touch the names on the left, either, where it is moved. */
const before = (times: number): number => (times > 1 ? 1.06 : 1);

/** The axis of a funnel of one series: words too wide for their bar stand beside it, on the right, which is given the room. */
const funnelAxis = (trace: Trace, axis: Part, room: number): Part => {
  const values = numbers(trace.x).filter(Number.isFinite);
  const words = texts(trace.text);
  const most = Math.max(0, ...values);
  if (most <= 0) return axis;
  const fits = (times: number): boolean => {
    const middle = (room * before(times)) / (before(times) + times);
    return numbers(trace.x).every((value, at) => {
      const half = ((value / most) * room) / (before(times) + times);
      // Plotly keeps some air around words inside, and near the limit puts them beside.
      const word = wide(words[at] ?? "") + 2 * GAP;
      return word + 2 * GAP <= 2 * half || middle + half + word <= room;
    });
  };
  const times = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.3, 2.6, 3, 3.5].find(fits) ?? 4;
  return { ...axis, range: [(-most / 2) * before(times), (most / 2) * times] };
};

/** The axis along which lying bars and funnels count. */
export const lyingAxis = (figure: PlotFigure, room: number): Part => {
  const axis = part(figure.layout.xaxis);
  const [first] = figure.data;
  if (first?.type === "funnel") return figure.data.length === 1 ? funnelAxis(first, axis, room) : axis;
  return barAxis(figure, axis, room);
};
