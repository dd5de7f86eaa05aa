import { lazy } from "react";
import { formatLength } from "../shared/format";
import type { ControlView } from "../shared/kinds";
import { useLang } from "../shared/useLang";

export interface DurationConfig {
  min?: number;
  max?: number;
  show?: string;
}

const view: ControlView<number, DurationConfig> = {
  kind: "duration",
  Input: lazy(() => import("./heavy/DurationInput")),
  Cell: ({ value, config }) => (
    <span className="ctl-num">{formatLength(value ?? 0, config.show, useLang())}</span>
  ),
};

export default view;
