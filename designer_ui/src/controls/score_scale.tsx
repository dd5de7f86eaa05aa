import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";
import { Chip } from "./parts/Chip";

export interface Answer {
  label: Words;
  score: number;
}
export interface ScaleConfig {
  questions: { key: string; label: Words; answers?: Answer[] }[];
  answers?: Answer[];
  complete?: boolean;
  bands?: { from: number; label: Words; color?: string }[];
}
export interface ScaleValue {
  q: { [question: string]: number };
  total: number;
}

export const totalOf = (q: ScaleValue["q"]): number => Object.values(q).reduce((sum, one) => sum + one, 0);

export const bandOf = (total: number, config: ScaleConfig) =>
  (config.bands ?? []).filter((band) => band.from <= total).sort((a, b) => b.from - a.from)[0];

const view: ControlView<ScaleValue, ScaleConfig> = {
  kind: "score_scale",
  Input: lazy(() => import("./heavy/ScaleInput")),
  Cell: ({ value, config }) => {
    const say = useSay();
    const band = value ? bandOf(value.total, config) : undefined;
    return (
      <span className="ctl-num">
        {value?.total} {band ? <Chip color={band.color}>{say(band.label)}</Chip> : null}
      </span>
    );
  },
  wide: true,
  structured: true,
};

export default view;
