import { lazy, Suspense } from "react";
import { asText, type Json } from "../shared/json";
import type { ControlView, DetailProps } from "../shared/kinds";
import { useWorked } from "./parts/useWorked";

const Drawn = lazy(() => import("./heavy/QrDrawing"));

interface QrConfig {
  content?: Json;
  size?: number;
}

const Detail = ({ value, config, record, recordId }: DetailProps<string, QrConfig>) => {
  const worked = useWorked(config.content, record, recordId);
  const content = value ?? asText(worked);
  return content ? (
    <Suspense fallback={null}>
      <Drawn content={content} size={config.size ?? 160} />
    </Suspense>
  ) : null;
};

const view: ControlView<string, QrConfig> = {
  kind: "qrcode",
  Cell: ({ value }) => <span className="ctl-clip ctl-mono">{value}</span>,
  Detail,
};

export default view;
