/** Fields of a plan by key, and what a list or form may do with them. */

import type { FieldPlan, FormPlan } from "../api/types";
import type { Words } from "./words";

const SYSTEM: readonly [string, string, Words][] = [
  ["no", "text", { zh: "编号", en: "No." }],
  ["branch_id", "reference", { zh: "门店", en: "Branch" }],
  ["owner_id", "person", { zh: "负责人", en: "Owner" }],
  ["created_at", "datetime", { zh: "创建时间", en: "Created" }],
  ["created_by", "person", { zh: "创建人", en: "Created by" }],
  ["updated_at", "datetime", { zh: "更新时间", en: "Updated" }],
  ["updated_by", "person", { zh: "更新人", en: "Updated by" }],
  ["deleted_at", "datetime", { zh: "删除时间", en: "Deleted" }],
];

const systemField = ([key, valueType, label]: (typeof SYSTEM)[number]): FieldPlan => ({
  key,
  control: key === "branch_id" ? "branch" : valueType === "person" ? "user" : valueType,
  value_type: valueType,
  label,
  config: key === "branch_id" ? { to: "branch" } : {},
  level: "read",
});

const known = new WeakMap<FormPlan, Map<string, FieldPlan>>();

export const fieldMap = (plan: FormPlan): Map<string, FieldPlan> => {
  let map = known.get(plan);
  if (!map) {
    map = new Map(SYSTEM.map((item) => [item[0], systemField(item)]));
    for (const field of [...plan.system, ...plan.fields]) map.set(field.key, field);
    known.set(plan, map);
  }
  return map;
};

export const fieldOf = (plan: FormPlan, key: string): FieldPlan | undefined => fieldMap(plan).get(key);

/** Fields that can stand in a column: they hold or show a value, and are not hidden. The form's own come first. */
export const columnFields = (plan: FormPlan): FieldPlan[] => {
  const own = new Set(plan.fields.map((field) => field.key));
  const all = [...fieldMap(plan).values()].filter(
    (field) => field.level !== "none" && field.role !== "layout" && field.key !== "deleted_at",
  );
  return [...all.filter((field) => own.has(field.key)), ...all.filter((field) => !own.has(field.key))];
};

export const titleKey = (plan: FormPlan): string => {
  const named = plan.title_field && fieldMap(plan).has(plan.title_field) ? plan.title_field : undefined;
  return named ?? (fieldMap(plan).has("name") ? "name" : "no");
};

/** Editable in place: a plain value that this person may write. */
export const isWritable = (field: FieldPlan): boolean =>
  field.level === "write" &&
  field.read_only !== true &&
  field.computed === undefined &&
  field.role !== "virtual" &&
  field.role !== "layout";
