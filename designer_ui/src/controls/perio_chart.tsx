import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { ControlView } from "../shared/kinds";
import { type PerioChart, type PerioConfig, summaryOf } from "./parts/perio/model";
import "./controls.css";

const Read = lazy(() => import("./heavy/PerioChartDetail"));

const view: ControlView<PerioChart, PerioConfig> = {
  kind: "perio_chart",
  Input: lazy(() => import("./heavy/PerioChartInput")),
  Cell: ({ value }) => {
    const { t } = useTranslation();
    const sum = summaryOf(value ?? { teeth: {} });
    return (
      <span className="ctl-num">
        {sum.bop === null ? "" : `BOP ${Math.round(sum.bop * 100)}% · `}
        {sum.pdMax === null ? "" : `PD ≤ ${sum.pdMax} mm · `}
        {t("perio.deepShort", { count: sum.deep4 })}
      </span>
    );
  },
  Detail: ({ value, config }) => (
    <Suspense fallback={null}>{value ? <Read chart={value} config={config} /> : null}</Suspense>
  ),
  wide: true,
  structured: true,
};

export default view;
