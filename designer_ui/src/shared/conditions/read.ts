/** A formula as a list's filter, where it can be shown as one. */

import type { FieldPlan, FilterGroup, FilterItem, FormPlan } from "../../api/types";
import { fieldOf } from "../fields";
import { isObject, type Json } from "../json";
import { isInstant, isMany, isNumber, OFFERS } from "./offers";
import { type Tree, treeOf } from "./tree";
import { dayAfter } from "./write";

const OPS: { readonly [sign: string]: string } = {
  "=": "eq",
  "<>": "ne",
  ">": "gt",
  ">=": "ge",
  "<": "lt",
  "<=": "le",
};
const TEXTS: { readonly [name: string]: string } = {
  CONTAINS: "contains",
  STARTSWITH: "starts",
  ENDSWITH: "ends",
};
const DAY = /^\d{4}-\d\d-\d\d$/u;

const isCall = (tree: Tree | undefined, name: string): tree is Tree & { kind: "call" } =>
  tree?.kind === "call" && tree.name === name;
const textOf = (tree: Tree | undefined): string | null => (tree?.kind === "text" ? tree.value : null);
const isToday = (tree: Tree | undefined): boolean => isCall(tree, "TODAY") && tree.args.length === 0;

/** The days that are added to today: `TODAY()`, `DATEADD(TODAY(), -7, "day")`. */
const daysFromToday = (tree: Tree | undefined): number | null => {
  if (isToday(tree)) return 0;
  if (!isCall(tree, "DATEADD")) return null;
  const [start, count, unit] = tree.args;
  if (!isToday(start) || count?.kind !== "number" || textOf(unit) !== "day") return null;
  const days = Number(count.value);
  return Number.isInteger(days) ? days : null;
};

/** One item about one field; null where the tree is no such thing. */
type Found = FilterItem | null;

class Conditions {
  constructor(readonly plan: FormPlan) {}

  /** The field that a tree names, if it can be filtered by. */
  field(tree: Tree | undefined): FieldPlan | null {
    const field = tree?.kind === "field" ? fieldOf(this.plan, tree.value) : undefined;
    const isOpen = field?.level === "read" || field?.level === "write";
    return field && isOpen && OFFERS.ops(field).length ? field : null;
  }

  item(tree: Tree): Found {
    const found = this.#item(tree);
    const field = found && fieldOf(this.plan, found.field);
    return found && field && OFFERS.ops(field).includes(found.op) ? found : null;
  }

  #item(tree: Tree): Found {
    if (tree.kind === "field") {
      const field = this.field(tree);
      return field?.value_type === "boolean" ? { field: field.key, op: "true" } : null;
    }
    if (tree.kind !== "call") return null;
    const { name, args } = tree;
    if (name === "NOT") return args[0] ? this.#negated(args[0]) : null;
    if (name === "ISBLANK") return this.#plain(args[0], "empty");
    const text = TEXTS[name];
    if (text) return this.#valued(args[0], text, textOf(args[1]));
    if (name === "INCLUDES") return this.#includes([tree], "has_any", "in");
    if (name === "OR") return this.#includes(args, "has_any", "in");
    if (name === "AND") return this.#includes(args, "has_all", "") ?? this.#range(args);
    if (name === "in" || name === "not in") return this.#membership(args, name === "in");
    return args[1] && OPS[name] ? this.#compared(args[0], name, args[1]) : null;
  }

  #plain(tree: Tree | undefined, op: string): Found {
    const field = this.field(tree);
    return field ? { field: field.key, op } : null;
  }

  #valued(tree: Tree | undefined, op: string, value: Json): Found {
    const field = this.field(tree);
    return field && value !== null ? { field: field.key, op, value } : null;
  }

  #negated(tree: Tree): Found {
    const found = this.#item(tree);
    if (!found) return null;
    const turned: { readonly [op: string]: string } = {
      empty: "not_empty",
      contains: "not_contains",
      has_any: "has_none",
      in: "not_in",
    };
    const op = turned[found.op];
    return op ? { ...found, op } : null;
  }

  /** `INCLUDES({tags}, "a")`, several of one field as one item. */
  #includes(trees: readonly Tree[], many: string, linked: string): Found {
    const values: string[] = [];
    let found: FieldPlan | null = null;
    for (const tree of trees) {
      if (!isCall(tree, "INCLUDES")) return null;
      const field = this.field(tree.args[0]);
      if (!field || !isMany(field) || (found && found.key !== field.key)) return null;
      found = field;
      if (trees.length === 1 && isCall(tree.args[1], "ME")) return { field: field.key, op: "me" };
      const value = textOf(tree.args[1]);
      if (value === null) return null;
      values.push(value);
    }
    if (!found) return null;
    return { field: found.key, op: found.value_type === "choices" ? many : linked, value: values };
  }

  #membership(args: readonly Tree[], isIn: boolean): Found {
    const field = this.field(args[0]);
    const among = args[1];
    if (!field || isMany(field) || !among) return null;
    if (among.kind === "list" || among.kind === "text") {
      const values = (among.kind === "list" ? among.args : [among]).map(textOf);
      if (values.includes(null)) return null;
      return { field: field.key, op: isIn ? "in" : "not_in", value: values };
    }
    return isIn && among.kind === "call" ? this.#period(field, among) : null;
  }

  #period(field: FieldPlan, tree: Tree & { kind: "call" }): Found {
    const [count, unit] = tree.args;
    const n = count?.kind === "number" ? Number(count.value) : Number.NaN;
    const named = textOf(unit);
    if (!Number.isInteger(n) || n < 1 || named === null || tree.args.length !== 2) return null;
    if (tree.name === "NEXTPERIOD")
      return named === "day" ? relative(field, { period: "next_n_days", n }) : null;
    if (tree.name !== "LAST" && tree.name !== "LASTPERIOD") return null;
    if (named === "day") return relative(field, n === 1 ? { period: "today" } : { period: "last_n_days", n });
    const isUnit = ["week", "month", "quarter", "year"].includes(named);
    return isUnit && n === 1 ? relative(field, { period: `this_${named}` }) : null;
  }

  #compared(left: Tree | undefined, sign: string, right: Tree): Found {
    const op = String(OPS[sign]);
    if (left?.kind === "call") return this.#worked(left, op, right);
    const field = this.field(left);
    if (!field) return null;
    if (field.value_type === "boolean" && right.kind === "word" && right.value !== null && op === "eq")
      return { field: field.key, op: String(right.value) };
    if (isNumber(field))
      return right.kind === "number" ? { field: field.key, op, value: asValue(field, right.value) } : null;
    const days = daysFromToday(right);
    if (days !== null) return fromToday(field, op, days);
    if (isCall(right, "NOW") && isInstant(field) && (op === "lt" || op === "ge"))
      return relative(field, { period: op === "lt" ? "past" : "future" });
    if (isCall(right, "ME") && field.value_type === "person" && op === "eq")
      return { field: field.key, op: "me" };
    const text = textOf(right);
    if (text === null) return null;
    if (DAY.test(text) && (isInstant(field) || field.value_type === "date")) return onDay(field, op, text);
    if (field.value_type === "text") return { field: field.key, op, value: text };
    if (op === "eq" || op === "ne")
      return { field: field.key, op: op === "eq" ? "in" : "not_in", value: [text] };
    return null;
  }

  /** `AGE({birthday}) >= 60`, `MONTH({birthday}) = MONTH(TODAY())`, `NEXTOCCURRENCE({birthday}) <= …`. */
  #worked(left: Tree & { kind: "call" }, op: string, right: Tree): Found {
    const field = left.args.length === 1 ? this.field(left.args[0]) : null;
    if (!field) return null;
    if (left.name === "AGE" && right.kind === "number" && op !== "ne")
      return { field: field.key, op: "age", value: { op, value: Number(right.value) } };
    if (left.name === "MONTH" && op === "eq" && isCall(right, "MONTH") && isToday(right.args[0]))
      return { field: field.key, op: "anniversary", value: { period: "this_month" } };
    const days = daysFromToday(right);
    if (left.name === "NEXTOCCURRENCE" && op === "le" && days !== null && days >= 0)
      return { field: field.key, op: "anniversary", value: { days } };
    return null;
  }

  /** Two ends about one field. */
  #range(trees: readonly Tree[]): Found {
    const [low, high] = trees;
    if (!low || !high || trees.length !== 2) return null;
    const [from, to] = [this.#item(low), this.#item(high)];
    if (!from || !to || from.field !== to.field || from.op !== to.op) return null;
    const field = fieldOf(this.plan, from.field);
    if (!field) return null;
    if (from.op === "between") {
      if (!isObject(from.value) || !isObject(to.value)) return null;
      const value = { ...from.value, ...to.value };
      return "from" in value && "to" in value ? { field: field.key, op: "between", value } : null;
    }
    const [one, other] = [from.value, to.value] as { op?: string; value?: number }[];
    if (from.op !== "age" || one?.op !== "ge" || other?.op !== "le") return null;
    return {
      field: field.key,
      op: "age",
      value: { op: "between", from: one.value ?? null, to: other.value ?? null },
    };
  }
}

const asValue = (field: FieldPlan, text: string): Json =>
  field.value_type === "integer" ? Number(text) : text;

const relative = (field: FieldPlan, value: Json): FilterItem => ({
  field: field.key,
  op: "relative",
  value,
});

const fromToday = (field: FieldPlan, op: string, days: number): Found => {
  const isDay = field.value_type === "date";
  if ((isDay || isInstant(field)) && op === "lt" && days < 0)
    return relative(field, { period: "over_n_days_ago", n: -days });
  if (!isDay) return null;
  if (op === "lt" && days === 0) return relative(field, { period: "past" });
  const isAhead = (op === "ge" && days === 1) || (op === "gt" && days === 0);
  return isAhead ? relative(field, { period: "future" }) : null;
};

/** A comparison with a day. Of an instant a day is where it begins, so the last day is the one before. */
const onDay = (field: FieldPlan, op: string, day: string): Found => {
  const item = (named: string, value: Json): FilterItem => ({ field: field.key, op: named, value });
  if (op === "ge") return item("between", { from: day });
  if (isInstant(field)) return op === "lt" ? item("between", { to: dayAfter(day, -1) }) : null;
  if (op === "le") return item("between", { to: day });
  if (op === "eq") return item("on", day);
  if (op === "lt") return item("before", day);
  return op === "gt" ? item("after", day) : null;
};

/** Numbers have their ends by themselves: `AND({a} >= 1, {a} <= 5)`. */
const numbersBetween = (plan: FormPlan, items: readonly FilterItem[]): FilterItem | null => {
  const [from, to] = items;
  if (items.length !== 2 || from?.op !== "ge" || to?.op !== "le" || from.field !== to.field) return null;
  const field = fieldOf(plan, from.field);
  if (!field || !isNumber(field)) return null;
  return { field: field.key, op: "between", value: { from: from.value ?? null, to: to.value ?? null } };
};

/** The filter that a formula says; null where it says more than a filter can. */
export const conditionOf = (text: string, plan: FormPlan): FilterGroup | null => {
  if (text.trim() === "") return { op: "and", items: [] };
  const tree = treeOf(text);
  if (!tree) return null;
  const conditions = new Conditions(plan);
  const one = (part: Tree): FilterItem | null => {
    const found = conditions.item(part);
    if (found || !isCall(part, "AND")) return found;
    const ends = part.args.map((end) => conditions.item(end)).filter((end) => end !== null);
    return ends.length === part.args.length ? numbersBetween(plan, ends) : null;
  };
  const whole = one(tree);
  if (whole) return { op: "and", items: [whole] };
  if (!isCall(tree, "AND") && !isCall(tree, "OR")) return null;
  const items = tree.args.map(one).filter((item) => item !== null);
  if (items.length !== tree.args.length) return null;
  return { op: isCall(tree, "OR") ? "or" : "and", items };
};
