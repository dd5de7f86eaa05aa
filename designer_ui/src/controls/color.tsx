import { lazy } from "react";
import type { ControlView } from "../shared/kinds";

export interface ColorConfig {
  presets?: string[];
}

const view: ControlView<string, ColorConfig> = {
  kind: "color",
  Input: lazy(() => import("./heavy/ColorInput")),
  Cell: ({ value }) => (
    <span
      className="ctl-swatch"
      style={{ background: value ?? "transparent" }}
      role="img"
      aria-label={value ?? ""}
      title={value ?? ""}
    />
  ),
};

export default view;
