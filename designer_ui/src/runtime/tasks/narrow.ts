/** A form as one step of a flow shows it: the person's own rights, narrowed by the step. Pure. */

import type { TaskPage } from "../../api/tasks";
import type { FieldPlan, FormPlan } from "../../api/types";
import { sendable } from "../record/formModel";

type Fields = TaskPage["node"]["fields"];

export const levelAt = (fields: Fields, key: string): Fields[string] => fields[key] ?? fields["*"] ?? "write";

const narrowed = (field: FieldPlan, fields: Fields): FieldPlan | null => {
  const level = levelAt(fields, field.key);
  if (level === "hidden") return null;
  if (level === "required") return { ...field, required: true };
  if (level === "write") return field;
  return { ...field, read_only: true, required: false };
};

/** The plan without hidden fields, and with those only to be read as such. */
export const narrow = (plan: FormPlan, fields: Fields): FormPlan => ({
  ...plan,
  fields: plan.fields.map((field) => narrowed(field, fields)).filter((field) => field !== null),
});

/** What this step lets the person write at all, in the form's order. */
export const writable = (plan: FormPlan, fields: Fields): FieldPlan[] =>
  plan.fields.filter((field) => {
    const level = levelAt(fields, field.key);
    return (level === "write" || level === "required") && (sendable(field) || field.role === "layout");
  });
