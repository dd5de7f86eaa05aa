import { lazy } from "react";
import type { ControlView } from "../shared/kinds";

export interface ColorConfig {
  presets?: string[];
}

const view: ControlView<string, ColorConfig> = {
  kind: "color",
  Input: lazy(() => import("./heavy/ColorInput")),
  Cell: ({ value }) => (
    <span className="ctl-chip">
      <i className="ctl-dot" style={{ background: value ?? "transparent" }} aria-hidden />
      <span className="ctl-mono">{value}</span>
    </span>
  ),
};

export default view;
