import { lazy } from "react";
import type { ControlView } from "../shared/kinds";

export interface TimeConfig {
  min?: string;
  max?: string;
  step?: number;
}

const view: ControlView<string, TimeConfig> = {
  kind: "time",
  Input: lazy(() => import("./heavy/TimeInput")),
  Cell: ({ value }) => <span className="ctl-num">{value?.slice(0, 5)}</span>,
};

export default view;
