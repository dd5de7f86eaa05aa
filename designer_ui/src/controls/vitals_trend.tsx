import { lazy, Suspense } from "react";
import { asText } from "../shared/json";
import type { ControlView } from "../shared/kinds";

const Trend = lazy(async () => ({ default: (await import("./heavy/VitalsTrend")).VitalsTrend }));

interface TrendConfig {
  form?: string;
  by?: string;
  field?: string;
  at?: string;
  born?: string;
}

const view: ControlView<never, TrendConfig> = {
  kind: "vitals_trend",
  Cell: () => null,
  Detail: ({ config, recordId, record }) => {
    const { form, by, field, at = "created_at", born = "" } = config;
    if (!recordId || !form || !by || !field) return null;
    return (
      <Suspense fallback={null}>
        <Trend form={form} by={by} field={field} at={at} recordId={recordId} born={asText(record[born])} />
      </Suspense>
    );
  },
  wide: true,
  structured: true,
};

export default view;
