/** What a form shows and sends, apart from how it looks. Pure. */

import type { FieldPlan, FormPlan, Problem, RecordData, SectionPlan } from "../../api/types";
import { isArray, isBlank, isObject, type Json, sameJson, type Values } from "../../shared/json";

/** The keys that can be sent at all: held values that this person may write. */
export const sendable = (field: FieldPlan): boolean =>
  field.level === "write" &&
  field.read_only !== true &&
  field.computed === undefined &&
  field.role !== "virtual" &&
  field.role !== "layout";

/** Rows go without the columns that the server works out or keeps. */
const withoutWorkedOut = (field: FieldPlan, value: Json): Json => {
  const kept = (field.fields ?? []).filter((inner) => !sendable(inner)).map((inner) => inner.key);
  if (kept.length === 0 || !isArray(value)) return value;
  return value.map((row) =>
    isObject(row) ? Object.fromEntries(Object.entries(row).filter(([key]) => !kept.includes(key))) : row,
  );
};

/** A new record sends what is filled; a change sends only what differs. */
export const toSave = (
  plan: FormPlan,
  values: Values,
  stored: RecordData | null,
  visible: (key: string) => boolean,
): Values => {
  const sent: Values = {};
  for (const field of plan.fields) {
    if (!sendable(field)) continue;
    const value = withoutWorkedOut(field, values[field.key] ?? null);
    if (
      stored === null
        ? !isBlank(value) && visible(field.key)
        : !sameJson(value, withoutWorkedOut(field, stored[field.key] ?? null))
    )
      sent[field.key] = value;
  }
  return sent;
};

export const firstValues = (plan: FormPlan, preset: Values | undefined): Values => {
  const values: Values = {};
  for (const field of plan.fields)
    if (field.default !== undefined && field.default !== null) values[field.key] = field.default;
  return { ...values, ...preset };
};

export const storedValues = (plan: FormPlan, record: RecordData): Values => {
  const values: Values = {};
  for (const field of [...plan.fields, ...plan.system]) {
    const value = record[field.key];
    if (value !== undefined) values[field.key] = value;
  }
  return values;
};

/** The field that a problem points at: "/phone", "/values/phone/0", "/items/2/price" (its first known part). */
export const fieldAt = (plan: FormPlan, problem: Problem): string | null => {
  const parts = problem.path.split("/").filter(Boolean);
  return parts.find((part) => plan.fields.some((field) => field.key === part)) ?? null;
};

export const problemsByField = (plan: FormPlan, problems: readonly Problem[]): Map<string, Problem[]> => {
  const map = new Map<string, Problem[]>();
  for (const problem of problems) {
    const key = fieldAt(plan, problem) ?? "";
    map.set(key, [...(map.get(key) ?? []), problem]);
  }
  return map;
};

/** The fields that a layout control draws inside itself; empty for all others. */
export const paneItems = (field: FieldPlan): string[] =>
  field.role === "layout" && isArray(field.config.panes)
    ? field.config.panes.flatMap((pane) =>
        isObject(pane) && isArray(pane.items) ? pane.items.filter((key) => typeof key === "string") : [],
      )
    : [];

/** The plan's sections, without what stands in a pane, and one more for fields that no section lists. */
export const sectionsOf = (plan: FormPlan): SectionPlan[] => {
  const inPanes = new Set(plan.fields.flatMap(paneItems));
  const layout = plan.layout.map((section) => ({
    ...section,
    items: section.items.filter((key) => !inPanes.has(key)),
  }));
  const listed = new Set([...inPanes, ...layout.flatMap((section) => section.items)]);
  const rest = plan.fields
    .filter((field) => !listed.has(field.key) && (field.role !== "layout" || paneItems(field).length > 0))
    .map((field) => field.key);
  if (rest.length === 0) return layout;
  const other: SectionPlan = {
    key: "__rest",
    section: plan.layout.length ? { zh: "其他", en: "Other" } : {},
    columns: 2,
    folded: plan.layout.length > 0,
    items: rest,
  };
  return [...layout, other];
};

/** What one control may fill into others: blank fields that can be sent, and of choices only those offered. */
export const fillable = (plan: FormPlan, values: Values, others: Values): Values =>
  Object.fromEntries(
    Object.entries(others).filter(([key, value]) => {
      const field = plan.fields.find((one) => one.key === key);
      if (!field || !sendable(field) || !isBlank(values[key] ?? null)) return false;
      const { options } = field.config;
      return !isArray(options) || options.some((one) => isObject(one) && one.key === value);
    }),
  );

export const isDirty = (values: Values, base: Values): boolean => {
  const keys = new Set([...Object.keys(values), ...Object.keys(base)]);
  return [...keys].some((key) => !sameJson(values[key], base[key]));
};

export const changedFields = (values: Values, base: Values): { [key: string]: Json } => {
  const changed: Values = {};
  for (const key of new Set([...Object.keys(values), ...Object.keys(base)]))
    if (!sameJson(values[key], base[key])) changed[key] = values[key] ?? null;
  return changed;
};
