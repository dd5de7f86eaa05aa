import { lazy } from "react";
import { formatDuration } from "../shared/format";
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
  Cell: ({ value }) => <span className="ctl-num">{formatDuration(value ?? 0, useLang())}</span>,
};

export default view;
