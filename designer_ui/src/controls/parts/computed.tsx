/** Computed kinds: shown as their format or value type says, never typed. */

import { formatDuration, formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asNumber, isBlank, type Json } from "../../shared/json";
import type { CellProps, ControlView } from "../../shared/kinds";
import { showAs } from "./numbers";
import "../controls.css";

export interface ComputedConfig {
  format?: string;
  unit?: string;
}

const ComputedCell = ({ value, config, field, labels }: CellProps<Json, ComputedConfig>) => {
  const { lang, zone } = useControlHost();
  if (isBlank(value)) return <span className="ctl-quiet">–</span>;
  const { format } = config;
  const number = asNumber(value);
  if (format === "duration" && number !== null)
    return <span className="ctl-num">{formatDuration(number, lang)}</span>;
  if (
    number !== null &&
    (typeof value === "number" || typeof value === "string") &&
    ["money", "percent", "number", "integer"].includes(format ?? "")
  )
    return (
      <span className="ctl-num">
        {showAs(format, value)}
        {config.unit ? ` ${config.unit}` : ""}
      </span>
    );
  return <span className="ctl-num">{formatValue(value, field, { lang, zone, labels })}</span>;
};

export const computedView = (kind: string): ControlView<Json, ComputedConfig> => ({
  kind,
  Cell: ComputedCell,
});
