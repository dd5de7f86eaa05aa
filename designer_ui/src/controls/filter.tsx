import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { type FilterConfig, formOf } from "./parts/conditions";

const FilterText = lazy(() => import("./heavy/FilterText"));

const view: ControlView<string, FilterConfig> = {
  kind: "filter",
  Input: lazy(() => import("./heavy/FilterInput")),
  Cell: ({ value, config }) => (
    <span className="ctl-clip" title={value ?? ""}>
      <FilterText value={value ?? ""} form={formOf(config)} />
    </span>
  ),
  Detail: ({ value, config, record }) => (
    <div className="ctl-lines">
      <FilterText value={value ?? ""} form={formOf(config, record)} />
    </div>
  ),
  wide: true,
};

export default view;
