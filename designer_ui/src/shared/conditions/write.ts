/** A list's filter as a formula. */

import type { FieldPlan, FilterGroup, FilterItem, FormPlan } from "../../api/types";
import { fieldOf } from "../fields";
import { isComplete, isGroup } from "../filters";
import { isBlank, isObject, type Json, strings } from "../json";
import { isInstant, isMany, isNumber } from "./offers";

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const literal = (field: FieldPlan, value: Json | undefined): string =>
  isNumber(field) ? String(value) : quoted(String(value));
const all = (texts: readonly string[]): string =>
  texts.length === 1 ? String(texts[0]) : `AND(${texts.join(", ")})`;
const any = (texts: readonly string[]): string =>
  texts.length === 1 ? String(texts[0]) : `OR(${texts.join(", ")})`;

/** The day after a day, `2026-02-28` → `2026-03-01`. */
export const dayAfter = (day: string, days = 1): string => {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
};

const SIGNS: { readonly [op: string]: string } = { eq: "=", ne: "<>", gt: ">", ge: ">=", lt: "<", le: "<=" };

const period = (at: string, field: FieldPlan, name: string, given: Json): string => {
  const n = isObject(given) ? Number(given.n) : 0;
  const unit = /^this_(?<unit>week|month|quarter|year)$/u.exec(name)?.groups?.unit;
  if (unit) return `${at} IN LAST(1, ${quoted(unit)})`;
  switch (name) {
    case "today":
      return `${at} IN LAST(1, "day")`;
    case "last_n_days":
      return `${at} IN LAST(${n}, "day")`;
    case "next_n_days":
      return `${at} IN NEXTPERIOD(${n}, "day")`;
    case "over_n_days_ago":
      return `${at} < DATEADD(TODAY(), -${n}, "day")`;
    case "past":
      return isInstant(field) ? `${at} < NOW()` : `${at} < TODAY()`;
    default:
      return isInstant(field) ? `${at} >= NOW()` : `${at} >= DATEADD(TODAY(), 1, "day")`;
  }
};

const between = (at: string, field: FieldPlan, value: Json): string => {
  const { from, to } = isObject(value) ? value : { from: null, to: null };
  const ends: string[] = [];
  if (!isBlank(from)) ends.push(`${at} >= ${literal(field, from)}`);
  if (!isBlank(to))
    ends.push(
      isInstant(field) ? `${at} < ${quoted(dayAfter(String(to)))}` : `${at} <= ${literal(field, to)}`,
    );
  return all(ends);
};

const age = (at: string, value: Json): string => {
  if (!isObject(value)) return "";
  if (value.op !== "between") return `AGE(${at}) ${SIGNS[String(value.op)] ?? ">="} ${String(value.value)}`;
  const ends: string[] = [];
  if (!isBlank(value.from)) ends.push(`AGE(${at}) >= ${String(value.from)}`);
  if (!isBlank(value.to)) ends.push(`AGE(${at}) <= ${String(value.to)}`);
  return all(ends);
};

const among = (at: string, field: FieldPlan, values: readonly string[]): string => {
  if (isMany(field)) return any(values.map((one) => `INCLUDES(${at}, ${quoted(one)})`));
  return values.length === 1
    ? `${at} = ${quoted(String(values[0]))}`
    : `${at} IN (${values.map(quoted).join(", ")})`;
};

const outside = (at: string, field: FieldPlan, values: readonly string[]): string => {
  if (isMany(field)) return `NOT(${among(at, field, values)})`;
  return values.length === 1
    ? `${at} <> ${quoted(String(values[0]))}`
    : `${at} NOT IN (${values.map(quoted).join(", ")})`;
};

const formulaOf = (item: FilterItem, field: FieldPlan): string => {
  const at = `{${item.field}}`;
  const { op } = item;
  const value = item.value ?? null;
  const day = String(value);
  switch (op) {
    case "empty":
      return `ISBLANK(${at})`;
    case "not_empty":
      return `NOT(ISBLANK(${at}))`;
    case "true":
      return `${at}`;
    case "false":
      // One of which nothing is known is no “no”.
      return `${at} = FALSE`;
    case "contains":
      return `CONTAINS(${at}, ${quoted(day)})`;
    case "not_contains":
      return `NOT(CONTAINS(${at}, ${quoted(day)}))`;
    case "starts":
      return `STARTSWITH(${at}, ${quoted(day)})`;
    case "ends":
      return `ENDSWITH(${at}, ${quoted(day)})`;
    case "me":
      return isMany(field) ? `INCLUDES(${at}, ME())` : `${at} = ME()`;
    case "in":
    case "has_any":
      return among(at, field, strings(value));
    case "not_in":
    case "has_none":
      return outside(at, field, strings(value));
    case "has_all":
      return all(strings(value).map((one) => `INCLUDES(${at}, ${quoted(one)})`));
    case "between":
      return between(at, field, value);
    case "on":
      return isInstant(field) ? between(at, field, { from: value, to: value }) : `${at} = ${quoted(day)}`;
    case "before":
      return `${at} < ${quoted(day)}`;
    case "after":
      return isInstant(field) ? `${at} >= ${quoted(dayAfter(day))}` : `${at} > ${quoted(day)}`;
    case "relative":
      return period(at, field, isObject(value) ? String(value.period) : "", value);
    case "anniversary":
      return isObject(value) && typeof value.days === "number"
        ? `NEXTOCCURRENCE(${at}) <= DATEADD(TODAY(), ${value.days}, "day")`
        : `MONTH(${at}) = MONTH(TODAY())`;
    case "age":
      return age(at, value);
    default:
      return `${at} ${SIGNS[op] ?? "="} ${literal(field, value)}`;
  }
};

/** The formula of a filter; half-filled items are left out, "" when nothing remains. */
export const conditionText = (where: FilterGroup, plan: FormPlan): string => {
  const texts = where.items.flatMap((item) => {
    if (isGroup(item) || !isComplete(item)) return [];
    const field = fieldOf(plan, item.field);
    return field ? [formulaOf(item, field)] : [];
  });
  if (texts.length === 0) return "";
  return where.op === "or" ? any(texts) : all(texts);
};
