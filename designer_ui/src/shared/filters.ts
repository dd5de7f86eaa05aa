/** The filter builder's model: which operators a field has, what each needs, and its words. Pure. */

import type { FieldPlan, FilterGroup, FilterItem } from "../api/types";
import { isArray, isBlank, isObject, type Json } from "./json";

/** What an operator asks for beside the field. */
export type Needs =
  | "nothing"
  | "value"
  | "list"
  | "range"
  | "period"
  | "days"
  | "group"
  | "count"
  | "place"
  | "age";

const NOTHING = new Set(["empty", "not_empty", "true", "false", "me", "my_team", "my_branch", "has_file"]);
const LIST = new Set(["in", "not_in", "has_any", "has_all", "has_none", "exactly", "first", "subtree"]);

export const needsOf = (op: string): Needs => {
  if (NOTHING.has(op)) return "nothing";
  if (LIST.has(op)) return "list";
  if (op === "between" || op === "overlaps" || op === "covers") return "range";
  if (op === "age") return "age";
  if (op === "relative") return "period";
  if (op === "anniversary") return "days";
  if (op === "where" || op === "any_item") return "group";
  if (op === "count") return "count";
  return op === "within" ? "place" : "value";
};

export const OPERATORS: { readonly [group: string]: readonly string[] } = {
  T: ["contains", "not_contains", "eq", "ne", "starts", "ends", "in", "empty", "not_empty"],
  N: ["eq", "ne", "gt", "ge", "lt", "le", "between", "empty", "not_empty"],
  D: ["relative", "on", "before", "after", "between", "anniversary", "empty", "not_empty"],
  A: ["age", "relative", "on", "before", "after", "between", "anniversary", "empty", "not_empty"],
  P: ["overlaps", "covers", "relative", "on", "before", "after", "empty", "not_empty"],
  K: ["first", "has_any", "has_all", "has_none", "exactly", "empty", "not_empty"],
  C: ["subtree", "has_any", "has_none", "exactly", "empty", "not_empty"],
  H: ["subtree", "in", "not_in", "empty", "not_empty"],
  L: ["subtree", "empty", "not_empty"],
  S: ["in", "not_in", "eq", "ne", "empty", "not_empty"],
  M: ["has_any", "has_all", "has_none", "exactly", "empty", "not_empty"],
  B: ["true", "false", "empty"],
  R: ["in", "not_in", "empty", "not_empty"],
  U: ["me", "in", "not_in", "my_team", "my_branch", "empty", "not_empty"],
  F: ["has_file", "empty", "count", "name_contains"],
  G: ["within", "empty", "not_empty"],
  Q: ["count", "empty", "not_empty"],
  "-": [],
};

const BY_VALUE_TYPE: { readonly [valueType: string]: string } = {
  text: "T",
  integer: "N",
  decimal: "N",
  money: "N",
  boolean: "B",
  date: "D",
  datetime: "D",
  time: "N",
  choice: "S",
  choices: "M",
  reference: "R",
  references: "R",
  person: "U",
  persons: "U",
  files: "F",
  geo: "G",
  date_range: "P",
  time_range: "P",
  rows: "Q",
  structured: "Q",
};

/** The group of operators that a field belongs to. */
export const groupOf = (field: FieldPlan): string =>
  field.operators ?? BY_VALUE_TYPE[field.value_type ?? ""] ?? "-";

export const operatorsOf = (field: FieldPlan): readonly string[] => OPERATORS[groupOf(field)] ?? [];

/** A field may be filtered, sorted and grouped by when the reader can read all of it. */
export const isSearchable = (field: FieldPlan): boolean =>
  (field.level === "read" || field.level === "write") &&
  field.role !== "layout" &&
  (operatorsOf(field).length > 0 || bornOf(field) !== "");

export const PERIODS = [
  "today",
  "yesterday",
  "tomorrow",
  "this_week",
  "last_week",
  "next_week",
  "this_month",
  "last_month",
  "next_month",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
  "last_n_days",
  "next_n_days",
  "n_days_ago",
  "n_days_ahead",
  "over_n_days_ago",
  "past",
  "future",
] as const;

/** Where an anniversary may fall, besides a number of days from today on. */
export const ANNIVERSARIES = [
  "today",
  "tomorrow",
  "this_week",
  "next_week",
  "this_month",
  "next_month",
  "this_quarter",
] as const;

export const periodNeedsDays = (period: string): boolean => period.includes("n_days");

/** The field that an age is worked out from, where the age itself holds nothing to filter by; "" for other fields. */
export const bornOf = (field: FieldPlan): string =>
  field.control === "age" && typeof field.config.from === "string" && !field.config.at
    ? field.config.from
    : "";

export const startItem = (field: FieldPlan, ops = operatorsOf(field)): FilterItem => {
  const born = bornOf(field);
  if (born) return { field: born, op: "age", ...startValue("age") };
  const op = ops[0] ?? "empty";
  return { field: field.key, op, ...startValue(op) };
};

const startValue = (op: string): { value?: Json } => {
  const needs = needsOf(op);
  if (needs === "list") return { value: [] };
  if (needs === "period") return { value: { period: "today" } };
  if (needs === "days") return { value: { days: 7 } };
  if (needs === "age") return { value: { op: "ge", value: 60 } };
  if (needs === "count") return { value: { op: "ge", value: 1 } };
  return {};
};

/** Changes the operator and keeps the value where it still fits. */
export const withOperator = (item: FilterItem, op: string): FilterItem => {
  if (needsOf(op) === needsOf(item.op)) return { ...item, op };
  return { field: item.field, op, ...startValue(op) };
};

/** True when the item says enough to be asked; half-filled chips wait. */
export const isComplete = (item: FilterItem): boolean => {
  const { value } = item;
  switch (needsOf(item.op)) {
    case "nothing":
      return true;
    case "list":
      return isArray(value) && value.length > 0;
    case "range":
      return isObject(value) && !(isBlank(value.from) && isBlank(value.to));
    case "period":
      return (
        isObject(value) &&
        typeof value.period === "string" &&
        (!periodNeedsDays(value.period) || typeof value.n === "number")
      );
    case "days":
      return isObject(value) && (typeof value.days === "number" || typeof value.period === "string");
    case "group":
      return isObject(value) && isArray(value.items) && value.items.length > 0;
    case "age":
      return (
        isObject(value) &&
        (value.op === "between"
          ? typeof value.from === "number" || typeof value.to === "number"
          : typeof value.value === "number")
      );
    case "count":
      return isObject(value) && typeof value.value === "number";
    case "place":
      return isObject(value) && typeof value.lng === "number" && typeof value.lat === "number";
    default:
      return !isBlank(value);
  }
};

/** Whether a range ends before it starts: nothing can lie in it. */
export const isTurned = (from: Json | undefined, to: Json | undefined): boolean => {
  if (isBlank(from) || isBlank(to)) return false;
  const [low, high] = [Number(from), Number(to)];
  if (!Number.isNaN(low) && !Number.isNaN(high)) return low > high;
  return String(from) > String(to);
};

export const isGroup = (item: FilterItem | FilterGroup): item is FilterGroup => "items" in item;

/** The filter to send: half-filled items and empty groups left out; undefined when nothing remains. */
export const toSend = (group: FilterGroup | undefined): FilterGroup | undefined => {
  if (!group) return undefined;
  const items = group.items.flatMap((item): (FilterItem | FilterGroup)[] => {
    if (!isGroup(item)) return isComplete(item) ? [item] : [];
    const inner = toSend(item);
    return inner ? [inner] : [];
  });
  return items.length ? { op: group.op, items } : undefined;
};

export const allOf = (...groups: (FilterGroup | undefined)[]): FilterGroup | undefined => {
  const given = groups.map(toSend).filter((group) => group !== undefined);
  if (given.length < 2) return given[0];
  return { op: "and", items: given.flatMap((group) => (group.op === "and" ? group.items : [group])) };
};

export const countItems = (group: FilterGroup | undefined): number =>
  group?.items.reduce((sum, item) => sum + (isGroup(item) ? countItems(item) : 1), 0) ?? 0;

export const replaceItem = (
  group: FilterGroup,
  index: number,
  item: FilterItem | FilterGroup | null,
): FilterGroup => ({
  ...group,
  items: group.items.flatMap((old, at) => (at === index ? (item ? [item] : []) : [old])),
});

/** The filter that shows one group of a grouped list. */
export const groupFilter = (by: string, value: Json): FilterGroup => ({
  op: "and",
  items: [isBlank(value) ? { field: by, op: "empty" } : { field: by, op: "in", value: [value] }],
});

export const sortField = (sort: string): { key: string; down: boolean } =>
  sort.startsWith("-") ? { key: sort.slice(1), down: true } : { key: sort, down: false };

/** Next state of a header click: up, down, none. */
export const nextSort = (sorts: readonly string[], key: string, keep: boolean): string[] => {
  const others = keep ? sorts.filter((sort) => sortField(sort).key !== key) : [];
  const now = sorts.find((sort) => sortField(sort).key === key);
  if (now === undefined) return [...others, key];
  return now.startsWith("-") ? others : [...others, `-${key}`];
};
