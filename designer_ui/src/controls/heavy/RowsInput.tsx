/** Rows edited in place; a table from a spreadsheet can be pasted in. On a phone each row is a card. */

import { Button } from "antd";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan } from "../../api/types";
import { useControlHost } from "../../shared/host";
import type { Json, JsonObject } from "../../shared/json";
import { controlView, type InputProps, useKinds } from "../../shared/kinds";
import { useNarrow } from "../../shared/useNarrow";
import { AllRows, columnsOf, type RowsConfig, type RowsValue, Totals } from "../parts/rows";

/** Rows that can be typed into at once: each is a handful of controls. */
const FIRST_ROWS = 50;

type Props = InputProps<RowsValue, RowsConfig>;

const isTyped = (column: FieldPlan): boolean =>
  column.level === "write" && !column.read_only && column.role !== "virtual" && column.computed === undefined;

const Cell = ({
  column,
  row,
  props,
  onChange,
}: {
  column: FieldPlan;
  row: JsonObject;
  props: Props;
  onChange: (value: Json) => void;
}) => {
  const { say } = useControlHost();
  const view = controlView(column.control);
  const value = row[column.key] ?? null;
  const shared = { value, config: column.config, field: column, labels: props.labels };
  if (!view?.Input || !isTyped(column))
    return value === null || !view ? (
      <span className="ctl-quiet">{value === null ? "–" : String(value)}</span>
    ) : (
      <view.Cell {...shared} />
    );
  const path = {
    ...column,
    key: `${props.field.key}.${column.key}`,
    placeholder: column.placeholder ?? column.label,
  };
  return (
    <div role="group" aria-label={say(column.label)}>
      <Suspense fallback={null}>
        <view.Input
          {...shared}
          field={path}
          form={props.form}
          recordId={props.recordId}
          record={{ ...row, form: props.record }}
          disabled={props.disabled}
          invalid={false}
          onChange={onChange}
        />
      </Suspense>
    </div>
  );
};

const blankRow = (columns: readonly FieldPlan[]): JsonObject =>
  Object.fromEntries(
    columns
      .filter((column) => column.default !== undefined)
      .map((column) => [column.key, column.default ?? null]),
  );

const RowsInput = (props: Props) => {
  const { value, config, field, disabled, onChange } = props;
  const { say } = useControlHost();
  const { t } = useTranslation();
  const narrow = useNarrow();
  const columns = columnsOf(field);
  const ready = useKinds(columns.map((column) => column.control));
  const [isWhole, setWhole] = useState(false);
  const rows = value ?? [];
  const shown = isWhole ? rows : rows.slice(0, FIRST_ROWS);
  const most = config.max_rows ?? 200;
  const mayAdd = !disabled && config.add !== false && rows.length < most;
  const mayRemove = !disabled && config.remove !== false;
  const set = (place: number, key: string, next: Json) =>
    onChange(rows.map((row, at) => (at === place ? { ...row, [key]: next } : row)));
  const remove = (place: number) => onChange(rows.length > 1 ? rows.filter((_, at) => at !== place) : null);
  const append = (made: readonly JsonObject[]) => {
    setWhole(true);
    onChange([...rows, ...made]);
  };
  const paste = (text: string) => {
    const typed = columns.filter(isTyped);
    const lines = text.replace(/\r/g, "").split("\n").filter(Boolean);
    const made = lines.slice(0, most - rows.length).map((line) => {
      const cells = line.split("\t");
      return {
        ...blankRow(columns),
        ...Object.fromEntries(typed.map((column, at) => [column.key, cells[at]?.trim() || null])),
      };
    });
    append(made);
  };
  if (!ready) return null;
  const removeButton = (place: number) =>
    mayRemove ? (
      <Button
        size="small"
        type="text"
        aria-label={t("ctl.removeRow", { row: place + 1 })}
        onClick={() => remove(place)}
      >
        ×
      </Button>
    ) : null;
  const cell = (column: FieldPlan, row: JsonObject, place: number) => (
    <Cell column={column} row={row} props={props} onChange={(next) => set(place, column.key, next)} />
  );
  return (
    <div
      onPaste={(event) => {
        const text = event.clipboardData.getData("text/plain");
        if (mayAdd && text.includes("\t")) {
          event.preventDefault();
          paste(text);
        }
      }}
    >
      {narrow ? (
        shown.map((row, place) => (
          <div key={typeof row.id === "string" ? row.id : place} className="ctl-card">
            <div className="ctl-row">
              <b className="ctl-grow ctl-num">{place + 1}</b>
              {removeButton(place)}
            </div>
            {columns.map((column) => (
              <div key={column.key}>
                <span className="ctl-quiet">
                  {say(column.label)}
                  {column.required ? <span className="slot-star"> *</span> : null}
                </span>
                {cell(column, row, place)}
              </div>
            ))}
          </div>
        ))
      ) : rows.length ? (
        <div className="ctl-scroll">
          <table className="ctl-table">
            <thead>
              <tr>
                <th className="ctl-narrow">#</th>
                {columns.map((column) => (
                  <th key={column.key} scope="col">
                    {say(column.label)}
                    {column.required ? <span className="slot-star"> *</span> : null}
                  </th>
                ))}
                <th className="ctl-narrow" aria-label={t("ctl.remove")} />
              </tr>
            </thead>
            <tbody>
              {shown.map((row, place) => (
                <tr key={typeof row.id === "string" ? row.id : place}>
                  <td className="ctl-narrow ctl-num">{place + 1}</td>
                  {columns.map((column) => (
                    <td key={column.key}>{cell(column, row, place)}</td>
                  ))}
                  <td className="ctl-narrow">{removeButton(place)}</td>
                </tr>
              ))}
            </tbody>
            <Totals rows={rows} columns={columns} config={config} hasButtons />
          </table>
        </div>
      ) : null}
      {shown.length < rows.length ? <AllRows count={rows.length} onAll={() => setWhole(true)} /> : null}
      {mayAdd ? (
        <Button size="small" type="dashed" onClick={() => append([blankRow(columns)])}>
          + {t("ctl.addRow")}
        </Button>
      ) : null}
    </div>
  );
};

export default RowsInput;
