/** A tooth chart to read: the map, the layers one wants to see, and the same in words. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNarrow } from "../../shared/useNarrow";
import { Legend } from "../parts/tooth/Legend";
import { type Chart, type ChartConfig, type Dentition, type Layer, TEETH } from "../parts/tooth/model";
import { ToothMap, useDescribe } from "../parts/tooth/ToothMap";

/** The smallest dentition that shows all teeth of the chart. */
export const dentitionOf = (chart: Chart, config: ChartConfig): Dentition => {
  if (chart.dentition) return chart.dentition;
  if (config.dentition && config.dentition !== "mixed") return config.dentition;
  const isPrimary = Object.keys(chart.teeth).map((fdi) => Number(fdi[0]) > 4);
  if (!isPrimary.includes(true)) return "permanent";
  return isPrimary.includes(false) ? "mixed" : "primary";
};

const ToothChartDetail = ({
  chart,
  config,
  fieldKey,
}: {
  chart: Chart;
  config: ChartConfig;
  fieldKey: string;
}) => {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const describe = useDescribe(config);
  const [layers, setLayers] = useState<ReadonlySet<Layer>>(
    new Set(config.layers ?? ["found", "plan", "done"]),
  );
  const shared = {
    chart,
    config,
    dentition: dentitionOf(chart, config),
    layers,
    idPrefix: `tcd-${fieldKey}`,
  };
  return (
    <div className="tc">
      <Legend layers={layers} offered={config.layers ?? ["found", "plan", "done"]} onLayers={setLayers} />
      {narrow ? (
        <>
          <span className="tc-label">{t("tooth.rightHalf")}</span>
          <ToothMap {...shared} half="right" />
          <span className="tc-label">{t("tooth.leftHalf")}</span>
          <ToothMap {...shared} half="left" />
        </>
      ) : (
        <ToothMap {...shared} />
      )}
      <ul className="tc-list">
        {TEETH.filter((tooth) => chart.teeth[tooth.fdi]).map((tooth) => (
          <li key={tooth.fdi}>{describe(tooth, chart.teeth[tooth.fdi])}</li>
        ))}
      </ul>
    </div>
  );
};

export default ToothChartDetail;
