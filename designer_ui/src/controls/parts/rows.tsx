/** Sub-tables: how many rows in a list, the rows themselves on a page. */

import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, Option } from "../../api/types";
import { formatMoney, formatNumber, formatValue, optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asNumber, isBlank, type Json, type JsonObject } from "../../shared/json";
import {
  type CellProps,
  type ControlView,
  controlView,
  type DetailProps,
  useKinds,
} from "../../shared/kinds";
import { useNarrow } from "../../shared/useNarrow";
import "../controls.css";

export interface RowsConfig {
  min_rows?: number;
  max_rows?: number;
  totals?: { [field: string]: string };
  add?: boolean;
  remove?: boolean;
  /** Rows belong to plans that are compared: each gets a total of its own. */
  variants?: boolean;
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

const VARIANT = "variant";

/** The plans that are compared, with the rows of each; none where there is only one. */
export const plansOf = (
  rows: RowsValue,
  columns: readonly FieldPlan[],
  config: RowsConfig,
): { key: string; label: Option["label"]; rows: RowsValue }[] => {
  const column = config.variants ? columns.find((one) => one.key === VARIANT) : undefined;
  const found = (column ? optionsOf(column) : [])
    .map((option) => ({ ...option, rows: rows.filter((row) => row[VARIANT] === option.key) }))
    .filter((plan) => plan.rows.length > 0);
  return found.length > 1 ? found : [];
};

/** The foot of a table of rows: one line for each plan that is compared, else one for all. */
export const Totals = ({
  rows,
  columns,
  config,
  hasButtons = false,
}: {
  rows: RowsValue;
  columns: readonly FieldPlan[];
  config: RowsConfig;
  hasButtons?: boolean;
}) => {
  const { say } = useControlHost();
  const { t } = useTranslation();
  if (!config.totals || !rows.length) return null;
  const plans = plansOf(rows, columns, config);
  const lines = plans.length ? plans : [{ key: "", label: "", rows }];
  return (
    <tfoot>
      {lines.map((line) => (
        <tr key={line.key}>
          <td className="ctl-narrow">Σ</td>
          {columns.map((column) => (
            <td key={column.key} className="ctl-num">
              {line.key && column.key === VARIANT
                ? t("ctl.planTotal", { plan: say(line.label) })
                : totalOf(line.rows, column, config.totals?.[column.key])}
            </td>
          ))}
          {hasButtons ? <td /> : null}
        </tr>
      ))}
    </tfoot>
  );
};

export const RowCell = ({
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

const NUMBERS = new Set(["integer", "decimal", "money"]);
const MANY_COLUMNS = 3;
const FIRST_ROWS = 100;

interface Shown {
  rows: RowsValue;
  columns: readonly FieldPlan[];
  config: RowsConfig;
  labels: CellProps<Json, Json>["labels"];
}

const rowKey = (row: JsonObject, at: number) => (typeof row.id === "string" ? row.id : at);

/** What shows the rows that were held back. */
export const AllRows = ({ count, onAll }: { count: number; onAll: () => void }) => {
  const { t } = useTranslation();
  return (
    <button type="button" className="link ctl-more-rows" onClick={onAll}>
      {t("ctl.allRows", { count })}
    </button>
  );
};

/** A phone reads row by row: its first column above, the others below by name, what is blank left out. */
const RowCards = ({ rows, columns, config, labels, shown }: Shown & { shown: RowsValue }) => {
  const { say } = useControlHost();
  const { t } = useTranslation();
  const [head, ...others] = columns;
  const plans = plansOf(rows, columns, config);
  const totals = (plans.length ? plans : [{ key: "", label: "", rows }]).map((plan) => ({
    ...plan,
    sums: columns.flatMap((column) => {
      const sum = rows.length ? totalOf(plan.rows, column, config.totals?.[column.key]) : "";
      return sum ? [{ column, sum }] : [];
    }),
  }));
  return (
    <>
      <ol className="ctl-rows">
        {shown.map((row, at) => (
          <li key={rowKey(row, at)}>
            {head ? (
              <b>
                <RowCell column={head} value={row[head.key] ?? null} labels={labels} />
              </b>
            ) : null}
            <dl>
              {others
                .filter((column) => !isBlank(row[column.key]))
                .map((column) => (
                  <div key={column.key}>
                    <dt>{say(column.label)}</dt>
                    <dd>
                      <RowCell column={column} value={row[column.key] ?? null} labels={labels} />
                    </dd>
                  </div>
                ))}
            </dl>
          </li>
        ))}
      </ol>
      {totals.map(({ key, label, sums }) =>
        sums.length ? (
          <dl className="ctl-row-totals" key={key}>
            {sums.map(({ column, sum }) => (
              <div key={column.key}>
                <dt>
                  {key ? `${t("ctl.planTotal", { plan: say(label) })} · ` : "Σ "}
                  {say(column.label)}
                </dt>
                <dd>{sum}</dd>
              </div>
            ))}
          </dl>
        ) : null,
      )}
    </>
  );
};

/** Rows to be read: numbers to the right, totals below; of very many the first ones, the others when asked for. */
export const RowsTable = ({ rows, columns, config, labels }: Shown) => {
  const { say } = useControlHost();
  const isNarrow = useNarrow();
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, FIRST_ROWS);
  const place = (column: FieldPlan) => (NUMBERS.has(column.value_type ?? "") ? "ctl-right" : undefined);
  const more =
    shown.length < rows.length ? <AllRows count={rows.length} onAll={() => setWhole(true)} /> : null;
  if (isNarrow && columns.length > MANY_COLUMNS)
    return (
      <>
        <RowCards rows={rows} shown={shown} columns={columns} config={config} labels={labels} />
        {more}
      </>
    );
  return (
    <div className="ctl-scroll">
      <table className="ctl-table ctl-read">
        <thead>
          <tr>
            <th className="ctl-narrow">#</th>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={place(column)}>
                {say(column.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, at) => (
            <tr key={rowKey(row, at)}>
              <td className="ctl-narrow ctl-num">{at + 1}</td>
              {columns.map((column) => (
                <td key={column.key} className={place(column)}>
                  <RowCell column={column} value={row[column.key] ?? null} labels={labels} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <Totals rows={rows} columns={columns} config={config} />
      </table>
      {more}
    </div>
  );
};

const RowsDetail = ({ value, config, field, labels }: DetailProps<RowsValue, RowsConfig>) => {
  const columns = columnsOf(field);
  useKinds(columns.map((column) => column.control));
  return <RowsTable rows={value ?? []} columns={columns} config={config} labels={labels} />;
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
