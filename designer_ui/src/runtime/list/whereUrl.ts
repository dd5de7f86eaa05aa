/** The filter of a list in its address, so that it can be shared, marked and come back to. Pure. */

import type { FilterGroup, FilterItem, FormPlan } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { isSearchable, toSend } from "../../shared/filters";
import { isArray, isObject, type Json, sameJson } from "../../shared/json";

const KEY = "where";

/** The longest address that every browser and proxy takes, less what else may stand in it. */
const MOST_LETTERS = 6000;

const itemsOf = (plan: FormPlan, given: readonly Json[]): (FilterItem | FilterGroup)[] =>
  given.flatMap((one): (FilterItem | FilterGroup)[] => {
    if (!isObject(one)) return [];
    if (isArray(one.items)) {
      const items = itemsOf(plan, one.items);
      return items.length ? [{ op: one.op === "or" ? "or" : "and", items }] : [];
    }
    const { field: key, op, value } = one;
    if (typeof key !== "string" || typeof op !== "string") return [];
    const field = fieldOf(plan, key);
    // Somebody else's address may name what this reader may not ask by.
    if (!field || !isSearchable(field)) return [];
    return [value === undefined ? { field: key, op } : { field: key, op, value }];
  });

/** What the address says, for the effect that listens to it. */
export const toldIn = (params: URLSearchParams): string => params.get(KEY) ?? "";

/** The filter that the address says; null where it says none. */
export const whereAt = (plan: FormPlan, params: URLSearchParams): FilterGroup | null => {
  try {
    const told: Json = JSON.parse(toldIn(params) || "null");
    if (isArray(told)) return { op: "and", items: itemsOf(plan, told) };
    return isObject(told) && isArray(told.items) ? { op: "or", items: itemsOf(plan, told.items) } : null;
  } catch {
    return null;
  }
};

const asJson = (group: FilterGroup): Json => JSON.parse(JSON.stringify(group));

/** The address with a filter in it; without one where it is the view's own. Half-filled conditions wait. */
export const withWhere = (
  params: URLSearchParams,
  where: FilterGroup,
  base: FilterGroup,
): URLSearchParams => {
  const next = new URLSearchParams(params);
  const given = toSend(where) ?? { op: "and" as const, items: [] };
  const text = JSON.stringify(given.op === "and" ? given.items : given);
  if (sameJson(asJson(given), asJson(base)) || text.length > MOST_LETTERS) next.delete(KEY);
  else next.set(KEY, text);
  return next;
};
