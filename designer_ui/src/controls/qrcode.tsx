import { lazy, Suspense } from "react";
import type { ControlView } from "../shared/kinds";

const Drawn = lazy(() => import("./heavy/QrDrawing"));

const view: ControlView<string, { size?: number }> = {
  kind: "qrcode",
  Cell: ({ value }) => <span className="ctl-clip ctl-mono">{value}</span>,
  Detail: ({ value, config }) =>
    value ? (
      <Suspense fallback={null}>
        <Drawn content={value} size={config.size ?? 160} />
      </Suspense>
    ) : null,
};

export default view;
