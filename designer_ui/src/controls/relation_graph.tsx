import { lazy, Suspense } from "react";
import type { Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import type { GraphConfig } from "./heavy/RelationGraph";
import "./controls.css";

const Graph = lazy(() => import("./heavy/RelationGraph"));

const view: ControlView<Json, GraphConfig> = {
  kind: "relation_graph",
  Cell: () => null,
  Detail: ({ config, form, recordId, record }) =>
    recordId ? (
      <Suspense fallback={null}>
        <Graph form={form} recordId={recordId} record={record} config={config} />
      </Suspense>
    ) : null,
  wide: true,
  structured: true,
};

export default view;
