/** What of a record stands on paper, and how wide. Pure. */

import type { FieldPlan, FormPlan } from "../../../api/types";
import { isArray, type Json } from "../../../shared/json";
import { controlView } from "../../../shared/kinds";
import type { Words } from "../../../shared/words";
import { paneItems, sectionsOf } from "../formModel";

export interface PaperSection {
  key: string;
  name: Words;
  fields: FieldPlan[];
}

/** The keys with those that layout controls among them arrange, in the order in which one reads them. */
const unfolded = (plan: FormPlan, keys: readonly string[]): string[] =>
  keys.flatMap((key) => {
    const field = plan.fields.find((one) => one.key === key);
    const inner = field ? paneItems(field) : [];
    return inner.length ? unfolded(plan, inner) : [key];
  });

const printed = (fields: readonly FieldPlan[]): FieldPlan[] =>
  fields.filter((field) => field.print !== false).map(withoutUnprinted);

/** A table without the columns that say `print: false`, a snapshot without such fields that it kept. */
const withoutUnprinted = (field: FieldPlan): FieldPlan => {
  const { kept } = field.config;
  return {
    ...field,
    ...(field.fields ? { fields: printed(field.fields) } : {}),
    ...(isArray(kept) ? { config: { ...field.config, kept: printed(kept as FieldPlan[]) } } : {}),
  };
};

/** The sections with the fields that are shown; what says `print: false` stays off paper. */
export const onPaper = (plan: FormPlan, isShown: (field: FieldPlan) => boolean): PaperSection[] =>
  sectionsOf(plan)
    .map((section) => ({
      key: section.key,
      name: section.section,
      fields: unfolded(plan, section.items)
        .map((key) => plan.fields.find((field) => field.key === key))
        .filter((field) => field !== undefined)
        .filter(
          (field) =>
            field.role !== "layout" && field.level !== "none" && field.print !== false && isShown(field),
        )
        .map(withoutUnprinted),
    }))
    .filter((section) => section.fields.length > 0);

const LONG = 60;

/** Takes the whole width: tables, charts, long texts. */
export const isTall = (field: FieldPlan, value: Json): boolean => {
  if (field.value_type === "rows" || field.value_type === "files") return true;
  const view = controlView(field.control);
  return (
    Boolean(view?.Detail && (view.wide || view.structured)) ||
    (typeof value === "string" && (value.length > LONG || value.includes("\n")))
  );
};
