import { lazy } from "react";
import type { Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";

const view: ControlView<Json> = {
  kind: "json",
  Input: lazy(() => import("./heavy/JsonInput")),
  Cell: ({ value }) => <span className="ctl-clip ctl-mono">{JSON.stringify(value)}</span>,
  Detail: ({ value }) => <pre className="ctl-lines ctl-mono">{JSON.stringify(value, null, 2)}</pre>,
  wide: true,
};

export default view;
