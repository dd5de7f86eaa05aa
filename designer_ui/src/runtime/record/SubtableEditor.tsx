/** Rows inside a record: type, add, remove, move, or paste from a spreadsheet. */

import ArrowDownOutlined from "@ant-design/icons/ArrowDownOutlined";
import ArrowUpOutlined from "@ant-design/icons/ArrowUpOutlined";
import DeleteOutlined from "@ant-design/icons/DeleteOutlined";
import PlusOutlined from "@ant-design/icons/PlusOutlined";
import { Button } from "antd";
import { type ClipboardEvent, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, Labels } from "../../api/types";
import { formatValue, isRightAligned, type Look, optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asNumber, asText, type Json, type JsonObject, rowsOf, type Values } from "../../shared/json";
import { controlView, useKinds } from "../../shared/kinds";
import { contextOf, hasFormulas, loadFormulas, run } from "../../shared/rules";
import { useSay } from "../../shared/useLang";
import { Cell } from "../list/Cell";
import { pastedCells } from "./formModel";

/** The value that a pasted text means for this field; null when it cannot be told. */
export const fromPaste = (text: string, field: FieldPlan): Json => {
  const plain = text.trim();
  if (plain === "") return null;
  const options = optionsOf(field);
  if (options.length) {
    const byName = (name: string) =>
      options.find((option) => option.key === name || (typeof option.label === "string" ? option.label === name : option.label.zh === name || option.label.en === name))?.key;
    if (field.value_type === "choices") return plain.split(/[;；,，、]/).map((part) => byName(part.trim())).filter((key) => key !== undefined);
    return byName(plain) ?? null;
  }
  const number = plain.replace(/[¥￥,，\s]/g, "");
  if (field.value_type === "integer") return asNumber(number);
  if (field.value_type === "money" || field.value_type === "decimal") {
    if (plain.endsWith("%")) return asNumber(number.slice(0, -1)) === null ? null : String(Number(number.slice(0, -1)) / 100);
    return asNumber(number) === null ? null : number;
  }
  if (field.value_type === "date") {
    const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})/.exec(plain);
    return match ? `${match[1]}-${(match[2] ?? "").padStart(2, "0")}-${(match[3] ?? "").padStart(2, "0")}` : null;
  }
  if (field.value_type === "boolean") return /^(是|对|√|1|true|yes|y)$/i.test(plain);
  return field.value_type === "text" ? plain : null;
};

const isWritable = (field: FieldPlan, disabled: boolean): boolean =>
  !disabled && field.level === "write" && field.read_only !== true && field.computed === undefined && field.role !== "virtual";

const Total = ({ field, rows, how, look }: { field: FieldPlan; rows: readonly JsonObject[]; how: string; look: Look }) => {
  const numbers = rows.map((row) => asNumber(row[field.key])).filter((number) => number !== null);
  // Whole cents keep the shown sum exact; the server's own sum is what is stored.
  const cents = numbers.reduce((sum, number) => sum + Math.round(number * 100), 0);
  const value = how === "avg" && numbers.length ? cents / 100 / numbers.length : how === "count" ? rows.length : cents / 100;
  return <b>{formatValue(field.value_type === "money" ? value.toFixed(2) : String(Number(value.toFixed(4))), field, look)}</b>;
};

export interface SubtableProps {
  form: string;
  recordId: string | null;
  field: FieldPlan;
  value: Json;
  record: Values;
  labels: Labels;
  disabled: boolean;
  onChange: (rows: Json) => void;
}

export const SubtableEditor = ({ form, recordId, field, value, record, labels, disabled, onChange }: SubtableProps) => {
  const { t } = useTranslation();
  const say = useSay();
  const host = useControlHost();
  const look: Look = { lang: host.lang, zone: host.zone, labels };
  const fields = (field.fields ?? []).filter((item) => item.level !== "none" && item.role !== "layout");
  useKinds(fields.map((item) => item.control));
  const [ready, setReady] = useState(hasFormulas());
  useEffect(() => {
    if (!ready) void loadFormulas().then(setReady);
  }, [ready]);
  const rows = rowsOf(value);
  const most = asNumber(field.config.max_rows) ?? 500;
  const least = asNumber(field.config.min_rows) ?? 0;
  const totals: { [key: string]: string } = {};
  const { totals: wanted } = field.config;
  if (Array.isArray(wanted)) for (const key of wanted) totals[String(key)] = "sum";
  else if (typeof wanted === "object" && wanted !== null) for (const [key, how] of Object.entries(wanted)) totals[key] = String(how);

  const worked = (row: JsonObject): JsonObject => {
    if (!ready) return row;
    const now = new Date();
    let next: Values = { ...row };
    for (const item of fields) {
      if (item.computed === undefined) continue;
      const scene = { plan: rowPlan, stored: null, now, today: now.toISOString().slice(0, 10), zone: host.zone, actor: {}, parent: record };
      const result = run(item.computed, contextOf(scene, next));
      if (result !== undefined) next = { ...next, [item.key]: result };
    }
    return next;
  };
  const put = (index: number, change: JsonObject) => onChange(rows.map((row, at) => (at === index ? worked({ ...row, ...change }) : row)));
  const blank = (): JsonObject =>
    worked(Object.fromEntries(fields.filter((item) => item.default !== undefined).map((item) => [item.key, item.default ?? null])));
  const move = (from: number, to: number) => {
    const next = [...rows];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  const paste = (event: ClipboardEvent, row: number, col: number) => {
    const cells = pastedCells(event.clipboardData.getData("text/plain"));
    if (cells.length < 2 && (cells[0]?.length ?? 0) < 2) return;
    event.preventDefault();
    event.stopPropagation();
    const next = [...rows];
    cells.slice(0, most - row).forEach((line, down) => {
      const change: Values = { ...(next[row + down] ?? blank()) };
      line.forEach((text, right) => {
        const target = fields[col + right];
        if (target && isWritable(target, disabled)) change[target.key] = fromPaste(text, target);
      });
      next[row + down] = worked(change);
    });
    onChange(next);
  };
  const rowPlan = { key: form, name: {}, fields, system: [], rules: [], layout: [], views: [], page: {}, verbs: {} };
  const isFull = rows.length >= most;
  return (
    <div className="subtable">
      <div className="subtable-scroll">
        <table aria-label={say(field.label)}>
          <thead>
            <tr>
              <th className="subtable-no">#</th>
              {fields.map((item) => (
                <th key={item.key} className={isRightAligned(item) ? "num" : ""}>
                  {say(item.label)}
                  {item.required ? <span className="slot-star">*</span> : null}
                </th>
              ))}
              {disabled ? null : <th className="subtable-acts" aria-label={t("subtable.actions")} />}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={asText(row.id) || index}>
                <td className="subtable-no">{index + 1}</td>
                {fields.map((item, col) => {
                  const view = controlView(item.control);
                  const cell = row[item.key] ?? null;
                  return (
                    <td key={item.key} className={isRightAligned(item) ? "num" : ""} onPaste={(event) => paste(event, index, col)}>
                      {view?.Input && isWritable(item, disabled) ? (
                        <Suspense fallback={null}>
                          <view.Input value={cell} config={item.config} field={item} labels={labels} form={form} recordId={recordId} record={{ ...row }} disabled={false} invalid={false} compact onChange={(next) => put(index, { [item.key]: next })} />
                        </Suspense>
                      ) : (
                        <Cell field={item} value={cell} labels={labels} />
                      )}
                    </td>
                  );
                })}
                {disabled ? null : (
                  <td className="subtable-acts">
                    <Button type="text" size="small" disabled={index === 0} icon={<ArrowUpOutlined />} aria-label={t("subtable.up")} onClick={() => move(index, index - 1)} />
                    <Button type="text" size="small" disabled={index === rows.length - 1} icon={<ArrowDownOutlined />} aria-label={t("subtable.down")} onClick={() => move(index, index + 1)} />
                    <Button type="text" size="small" disabled={rows.length <= least} icon={<DeleteOutlined />} aria-label={t("subtable.remove")} onClick={() => onChange(rows.filter((_row, at) => at !== index))} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
          {Object.keys(totals).length && rows.length ? (
            <tfoot>
              <tr>
                <td>{t("subtable.total")}</td>
                {fields.map((item) => (
                  <td key={item.key} className={isRightAligned(item) ? "num" : ""}>
                    {totals[item.key] ? <Total field={item} rows={rows} how={totals[item.key] ?? "sum"} look={look} /> : null}
                  </td>
                ))}
                {disabled ? null : <td />}
              </tr>
            </tfoot>
          ) : null}
        </table>
      </div>
      {disabled ? null : (
        <div className="subtable-end" onPaste={(event) => paste(event, rows.length, 0)}>
          <Button size="small" icon={<PlusOutlined />} disabled={isFull} onClick={() => onChange([...rows, blank()])}>
            {t("subtable.add")}
          </Button>
          <span className="hint">{isFull ? t("subtable.full", { count: most }) : t("subtable.pasteHint")}</span>
        </div>
      )}
    </div>
  );
};
