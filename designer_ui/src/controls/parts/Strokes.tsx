/** Strokes drawn as they were written. */

import type { Stroke } from "./signed";

const HEIGHT = 100;

/** A smooth path: each point is the bend between the middles of its neighbours. */
const pathOf = (stroke: Stroke, width: number): string => {
  const points = stroke.map(([x, y]) => [x * width, y * HEIGHT] as const);
  const [first] = points;
  if (!first) return "";
  if (points.length < 3)
    return `M${first.join(" ")} L${points.map((point) => point.join(" ")).join(" L")} l0.1 0`;
  let path = `M${first.join(" ")}`;
  for (let at = 1; at < points.length - 1; at++) {
    const [here, next] = [points[at], points[at + 1]];
    if (here && next) path += ` Q${here[0]} ${here[1]} ${(here[0] + next[0]) / 2} ${(here[1] + next[1]) / 2}`;
  }
  return `${path} L${points.at(-1)?.join(" ")}`;
};

export const Strokes = ({ strokes, ratio }: { strokes: readonly Stroke[]; ratio: number }) => (
  <svg
    viewBox={`0 0 ${HEIGHT * ratio} ${HEIGHT}`}
    width="100%"
    style={{ maxWidth: 320 }}
    role="img"
    aria-hidden
  >
    {strokes.map((stroke, place) => (
      <path
        key={place}
        d={pathOf(stroke, HEIGHT * ratio)}
        fill="none"
        stroke="currentColor"
        strokeWidth={2}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    ))}
  </svg>
);
