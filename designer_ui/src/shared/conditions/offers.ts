/** What of a list's filters can be kept as a formula: operators by group, periods, anniversaries. */

import type { FieldPlan } from "../../api/types";
import { groupOf } from "../filters";

/** What a filter's editor offers, where that is less than a list can be filtered by. */
export interface Offers {
  ops: (field: FieldPlan) => readonly string[];
  periods: readonly string[];
  anniversaries: readonly string[];
}

const BLANK = ["empty", "not_empty"] as const;
const DAYS = ["relative", "on", "before", "after", "between", "anniversary", ...BLANK] as const;
const OPS: { readonly [group: string]: readonly string[] } = {
  T: ["contains", "not_contains", "eq", "ne", "starts", "ends", ...BLANK],
  N: ["eq", "ne", "gt", "ge", "lt", "le", "between", ...BLANK],
  D: DAYS,
  A: ["age", ...DAYS],
  K: ["has_any", "has_all", "has_none", ...BLANK],
  S: ["in", "not_in", ...BLANK],
  M: ["has_any", "has_all", "has_none", ...BLANK],
  B: ["true", "false"],
  R: ["in", "not_in", ...BLANK],
  U: ["me", "in", "not_in", ...BLANK],
};

export const isMany = (field: FieldPlan): boolean =>
  ["choices", "references", "persons"].includes(field.value_type ?? "");
export const isInstant = (field: FieldPlan): boolean => field.value_type === "datetime";
export const isNumber = (field: FieldPlan): boolean =>
  ["integer", "decimal", "money"].includes(field.value_type ?? "");

export const OFFERS: Offers = {
  ops: (field) => {
    const group = groupOf(field);
    if (group === "N" && !isNumber(field)) return [];
    return OPS[group] ?? [];
  },
  periods: [
    "today",
    "this_week",
    "this_month",
    "this_quarter",
    "this_year",
    "last_n_days",
    "next_n_days",
    "over_n_days_ago",
    "past",
    "future",
  ],
  anniversaries: ["this_month"],
};
