import { lazy, Suspense } from "react";
import type { ControlView } from "../shared/kinds";
import type { Chart, ChartConfig } from "./parts/tooth/model";
import { shortText } from "./parts/tooth/model";
import "./controls.css";

const ToothDetail = lazy(() => import("./heavy/ToothChartDetail"));

const view: ControlView<Chart, ChartConfig> = {
  kind: "tooth_chart",
  Input: lazy(() => import("./heavy/ToothChartInput")),
  Cell: ({ value, config }) => {
    const words = shortText(value, config.notation);
    return (
      <span className="ctl-clip ctl-num" title={words}>
        {words}
      </span>
    );
  },
  Detail: ({ value, config, field }) => (
    <Suspense fallback={null}>
      {value ? <ToothDetail chart={value} config={config} fieldKey={field.key} /> : null}
    </Suspense>
  ),
  wide: true,
  structured: true,
};

export default view;
