/** A small line of how a number came about; the point under the pointer says its value. */

import { useState } from "react";
import type { TrendPoint } from "./figure";

const WIDE = 120;
const TALL = 32;
const EDGE = 3;

/** Runs of points without gaps, in the drawing's own units. */
export const sparkRuns = (trend: readonly TrendPoint[]): [number, number][][] => {
  const known = trend.map((point) => point.value).filter((value): value is number => value !== null);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const runs: [number, number][][] = [];
  let run: [number, number][] = [];
  trend.forEach(({ value }, at) => {
    if (value === null) {
      if (run.length > 0) runs.push(run);
      run = [];
      return;
    }
    const x = EDGE + ((WIDE - 2 * EDGE) * at) / Math.max(1, trend.length - 1);
    const y = span === 0 ? TALL / 2 : TALL - EDGE - ((TALL - 2 * EDGE) * (value - low)) / span;
    run.push([x, y]);
  });
  if (run.length > 0) runs.push(run);
  return runs;
};

export const Spark = ({ trend }: { trend: readonly TrendPoint[] }) => {
  const [at, setAt] = useState<number | null>(null);
  const runs = sparkRuns(trend);
  if (runs.flat().length < 2) return null;
  const last = runs.at(-1)?.at(-1);
  const over = at === null ? null : trend[at];
  return (
    <div className="spark">
      <svg
        viewBox={`0 0 ${WIDE} ${TALL}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - box.left) / Math.max(1, box.width);
          setAt(Math.max(0, Math.min(trend.length - 1, Math.round(share * (trend.length - 1)))));
        }}
        onPointerLeave={() => setAt(null)}
      >
        {runs.map((run) => {
          const path = run.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
          const first = run[0]?.[0] ?? 0;
          const end = run.at(-1)?.[0] ?? 0;
          return (
            <g key={path[0]}>
              <polygon className="spark-area" points={`${first},${TALL} ${path.join(" ")} ${end},${TALL}`} />
              <polyline className="spark-line" points={path.join(" ")} />
            </g>
          );
        })}
        {last ? <line className="spark-end" x1={last[0]} y1={last[1]} x2={last[0]} y2={last[1]} /> : null}
      </svg>
      {over ? (
        <div className="spark-tip">
          {over.label} <b>{over.text}</b>
        </div>
      ) : null}
    </div>
  );
};
