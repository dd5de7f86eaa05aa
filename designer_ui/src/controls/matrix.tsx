import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import type { Words } from "../shared/words";

export interface MatrixConfig {
  rows: { key: string; label: Words }[];
  columns: { key: string; label: Words }[];
  answers?: string;
}
export type MatrixValue = { [row: string]: string | readonly string[] };

const MatrixTable = lazy(() => import("./heavy/MatrixInput"));

const view: ControlView<MatrixValue, MatrixConfig> = {
  kind: "matrix",
  Input: MatrixTable,
  Cell: ({ value, config }) => (
    <span className="ctl-num">
      {Object.keys(value ?? {}).length}/{config.rows?.length ?? 0}
    </span>
  ),
  Detail: (props) => <MatrixTable {...props} disabled invalid={false} onChange={() => undefined} />,
  wide: true,
  structured: true,
};

export default view;
