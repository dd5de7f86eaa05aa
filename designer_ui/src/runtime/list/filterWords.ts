/** A filter item in words, for its chip. */

import type { FieldPlan, FilterItem } from "../../api/types";
import { needsOf } from "../../shared/filters";
import { formatDay, formatValue, type Look, optionLabel } from "../../shared/format";
import { isArray, isBlank, isObject, type Json, strings } from "../../shared/json";

type Translate = (key: string, params?: { [name: string]: string | number }) => string;

/** Names of picked records are kept beside the filter, since the list may not show them. */
export type Picked = { readonly [id: string]: string };

const DAY = /^\d{4}-\d\d-\d\d$/;
/** What one compares by whole days, though it holds more than a day: no hour is told that nobody chose. */
const HOLDING_DAYS = new Set(["datetime", "date_range", "time_range"]);

const isDay = (field: FieldPlan, value: Json): value is string =>
  HOLDING_DAYS.has(field.value_type ?? "") && typeof value === "string" && DAY.test(value);

const shownValue = (value: Json | undefined, field: FieldPlan, look: Look, picked: Picked): string => {
  if (value === undefined || value === null) return "…";
  if (field.value_type === "choice" || field.value_type === "choices")
    return strings(isArray(value) ? value : [value])
      .map((key) => optionLabel(field, key, look.lang))
      .join("、");
  if (isArray(value))
    return strings(value)
      .map((id) => picked[id] ?? id)
      .join("、");
  if (isDay(field, value)) return formatDay(value, look.lang, look.today ?? "");
  if (typeof value === "string" && picked[value]) return picked[value];
  return formatValue(value, field, look);
};

/** A range in words; an end that is open is not told. */
const rangeWords = (from: string | null, to: string | null, t: Translate): string => {
  if (from !== null && to !== null) return `${from} – ${to}`;
  if (from !== null) return t("filter.fromOn", { value: from });
  return to !== null ? t("filter.upTo", { value: to }) : "…";
};

export const filterWords = (
  item: FilterItem,
  field: FieldPlan,
  look: Look,
  picked: Picked,
  t: Translate,
): string => {
  const { value } = item;
  const op = t(`op.${item.op}`);
  switch (needsOf(item.op)) {
    case "nothing":
      return op;
    case "period":
      return isObject(value) && typeof value.period === "string"
        ? t(`period.${value.period}`, { n: typeof value.n === "number" ? value.n : "…" })
        : "…";
    case "days":
      if (isObject(value) && typeof value.period === "string") return `${op} ${t(`period.${value.period}`)}`;
      return `${op} ${isObject(value) && typeof value.days === "number" ? t("filter.days", { count: value.days }) : "…"}`;
    case "range": {
      const inside = isObject(value) ? value : {};
      const end = (one: Json | undefined) => (isBlank(one) ? null : shownValue(one, field, look, picked));
      const words = rangeWords(end(inside.from), end(inside.to), t);
      return item.op === "between" ? words : `${op} ${words}`;
    }
    case "age": {
      if (!isObject(value)) return op;
      if (value.op === "between") {
        const end = (one: Json | undefined) =>
          typeof one === "number" ? t("filter.aged", { count: one }) : null;
        return `${op} ${rangeWords(end(value.from), end(value.to), t)}`;
      }
      return `${op} ${t(`op.${typeof value.op === "string" ? value.op : "ge"}`)} ${String(value.value ?? "…")}`;
    }
    case "count":
      return isObject(value)
        ? `${op} ${t(`op.${typeof value.op === "string" ? value.op : "ge"}`)} ${String(value.value ?? "…")}`
        : op;
    default: {
      const shown = isArray(value) && value.length === 0 ? "…" : shownValue(value, field, look, picked);
      return item.op === "in" || item.op === "contains" || item.op === "has_any" ? shown : `${op} ${shown}`;
    }
  }
};
