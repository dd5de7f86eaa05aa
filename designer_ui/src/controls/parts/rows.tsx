/** Sub-tables: how many rows in a list, the rows themselves on a page. */

import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan } from "../../api/types";
import { formatMoney, formatNumber, formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asNumber, isBlank, type Json, type JsonObject } from "../../shared/json";
import {
  type CellProps,
  type ControlView,
  controlView,
  type DetailProps,
  useKinds,
} from "../../shared/kinds";
import "../controls.css";

export interface RowsConfig {
  min_rows?: number;
  max_rows?: number;
  totals?: { [field: string]: string };
  add?: boolean;
  remove?: boolean;
}
export type RowsValue = readonly JsonObject[];

export const columnsOf = (field: FieldPlan): FieldPlan[] =>
  (field.fields ?? []).filter((column) => column.level !== "none" && column.role !== "layout");

const FOLDS: Record<string, (numbers: readonly number[]) => number> = {
  sum: (numbers) => numbers.reduce((sum, one) => sum + one, 0),
  avg: (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length,
  min: (numbers) => Math.min(...numbers),
  max: (numbers) => Math.max(...numbers),
};

/** The total under a column, in words; "" where there is none. */
export const totalOf = (rows: RowsValue, column: FieldPlan, how: string | undefined): string => {
  if (!how) return "";
  if (how === "count") return String(rows.filter((row) => !isBlank(row[column.key])).length);
  const numbers = rows.map((row) => asNumber(row[column.key])).filter((one): one is number => one !== null);
  const fold = FOLDS[how];
  if (!fold || !numbers.length) return "";
  // Only a preview: the server adds in decimals.
  const total = (Math.round(fold(numbers) * 1e4) / 1e4).toString();
  return column.value_type === "money" ? formatMoney(Number(total).toFixed(2)) : formatNumber(total);
};

const RowCell = ({
  column,
  value,
  labels,
}: {
  column: FieldPlan;
  value: Json;
  labels: CellProps<Json, Json>["labels"];
}) => {
  const { lang, zone } = useControlHost();
  if (isBlank(value)) return <span className="ctl-quiet">–</span>;
  const view = controlView(column.control);
  if (view) return <view.Cell value={value} config={column.config} field={column} labels={labels} />;
  return <>{formatValue(value, column, { lang, zone, labels })}</>;
};

const RowsDetail = ({ value, config, field, labels }: DetailProps<RowsValue, RowsConfig>) => {
  const { say } = useControlHost();
  const columns = columnsOf(field);
  useKinds(columns.map((column) => column.control));
  const rows = value ?? [];
  return (
    <div className="ctl-scroll">
      <table className="ctl-table">
        <thead>
          <tr>
            <th className="ctl-narrow">#</th>
            {columns.map((column) => (
              <th key={column.key} scope="col">
                {say(column.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={typeof row.id === "string" ? row.id : place}>
              <td className="ctl-narrow ctl-num">{place + 1}</td>
              {columns.map((column) => (
                <td key={column.key}>
                  <RowCell column={column} value={row[column.key] ?? null} labels={labels} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {config.totals && rows.length ? (
          <tfoot>
            <tr>
              <td className="ctl-narrow">Σ</td>
              {columns.map((column) => (
                <td key={column.key} className="ctl-num">
                  {totalOf(rows, column, config.totals?.[column.key])}
                </td>
              ))}
            </tr>
          </tfoot>
        ) : null}
      </table>
    </div>
  );
};

const RowsCell = ({ value }: CellProps<RowsValue, RowsConfig>) => {
  const { t } = useTranslation();
  return <span className="ctl-quiet">{t("ctl.rowCount", { count: value?.length ?? 0 })}</span>;
};

export const rowsView = (kind: string): ControlView<RowsValue, RowsConfig> => ({
  kind,
  Input: lazy(() => import("../heavy/RowsInput")),
  Cell: RowsCell,
  Detail: RowsDetail,
  wide: true,
  structured: true,
});
