/** What a perio chart adds up to. */

import { useTranslation } from "react-i18next";
import { type PerioChart, summaryOf } from "./model";
import "../../controls.css";

const percent = (share: number | null): string => (share === null ? "–" : `${Math.round(share * 100)}%`);

export const PerioFigures = ({ chart }: { chart: PerioChart }) => {
  const { t } = useTranslation();
  const sum = summaryOf(chart);
  const figures: [string, string, boolean][] = [
    ["BOP", percent(sum.bop), (sum.bop ?? 0) > 0.1],
    [t("perio.plaque"), percent(sum.plaque), (sum.plaque ?? 0) > 0.2],
    [t("perio.deep4"), String(sum.deep4), sum.deep4 > 0],
    [t("perio.deep6"), String(sum.deep6), sum.deep6 > 0],
    [t("perio.pdMean"), sum.pdMean === null ? "–" : `${sum.pdMean} mm`, false],
    [t("perio.pdMax"), sum.pdMax === null ? "–" : `${sum.pdMax} mm`, (sum.pdMax ?? 0) >= 6],
    [t("perio.calMean"), sum.calMean === null ? "–" : `${sum.calMean} mm`, false],
    [t("perio.sites"), `${sum.sites}`, false],
  ];
  return (
    <div className="ctl-figures">
      {figures.map(([name, figure, isHigh]) => (
        <span key={name}>
          <span className="ctl-quiet">{name}</span> <b className={isHigh ? "ctl-off" : ""}>{figure}</b>
        </span>
      ))}
    </div>
  );
};
