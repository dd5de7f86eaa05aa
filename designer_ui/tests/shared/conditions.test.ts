/** Conditions: a list's filter written as a formula and read again. */

import { describe, expect, it } from "vitest";
import cases from "../../../tests/access/conditions.json";
import type { FieldPlan, FilterItem, FormPlan } from "../../src/api/types";
import { OFFERS } from "../../src/shared/conditions/offers";
import { conditionOf } from "../../src/shared/conditions/read";
import { treeOf } from "../../src/shared/conditions/tree";
import { conditionText, dayAfter } from "../../src/shared/conditions/write";
import { isObject } from "../../src/shared/json";

const field = (key: string, valueType: string, more: Partial<FieldPlan> = {}): FieldPlan => ({
  key,
  control: valueType,
  value_type: valueType,
  label: { zh: key },
  config: {},
  level: "read",
  ...more,
});

const plan: FormPlan = {
  key: "customer",
  name: { zh: "客户" },
  fields: [
    field("name", "text"),
    field("paid", "money"),
    field("visits", "integer"),
    field("born", "date", { operators: "A" }),
    field("seen_at", "datetime"),
    field("level", "choice"),
    field("tags", "choices"),
    field("vip", "boolean"),
    field("doctor_id", "reference"),
    field("friends", "references"),
    field("team", "persons"),
    field("secret", "text", { level: "none" }),
    field("doc", "files"),
  ],
  system: [],
  rules: [],
  layout: [],
  views: [],
  page: {},
  verbs: {},
} as unknown as FormPlan;

const one = (item: FilterItem): string => conditionText({ op: "and", items: [item] }, plan);

/** Filters beside their formulas, which find the same records (`tests/access/test_conditions.py`). `again`: what is read. */
const CASES = cases as { item: FilterItem; formula: string; again?: FilterItem }[];

describe("a filter as a formula", () => {
  for (const { item, formula: text, again } of CASES)
    it(text, () => {
      expect(one(item)).toBe(text);
      expect(conditionOf(text, plan)).toEqual({ op: "and", items: [again ?? item] });
      // Read with others around it, it is the same.
      const beside: FilterItem = { field: "name", op: "eq", value: "z" };
      const group = { op: "or" as const, items: [beside, again ?? item] };
      expect(conditionOf(conditionText(group, plan), plan)).toEqual(group);
    });

  it("is shown above with all that is offered", () => {
    const shown = new Set(CASES.map(({ item }) => item.op));
    for (const each of plan.fields) for (const op of OFFERS.ops(each)) expect(shown).toContain(op);
    const periods = CASES.map(({ item }) => isObject(item.value) && item.value.period);
    for (const period of [...OFFERS.periods, ...OFFERS.anniversaries]) expect(periods).toContain(period);
  });

  it("leaves out what is half filled in, and is nothing where nothing remains", () => {
    const half: FilterItem = { field: "level", op: "in", value: [] };
    expect(one(half)).toBe("");
    const group = { op: "and" as const, items: [half, { field: "vip", op: "true" }] };
    expect(conditionText(group, plan)).toBe("{vip}");
    expect(conditionOf("  ", plan)).toEqual({ op: "and", items: [] });
  });

  it("counts days over the ends of months and leap years", () => {
    expect([dayAfter("2026-12-31"), dayAfter("2028-02-28"), dayAfter("2026-03-01", -1)]).toEqual([
      "2027-01-01",
      "2028-02-29",
      "2026-02-28",
    ]);
  });
});

describe("a formula as a filter", () => {
  it("is read however it is written", () => {
    const two = {
      op: "and",
      items: [
        { field: "visits", op: "eq", value: 0 },
        { field: "name", op: "not_empty" },
      ],
    };
    for (const text of [
      "AND({visits} = 0, NOT(ISBLANK({name})))",
      "{visits} = 0 AND NOT ISBLANK({name})",
      "( {visits}=0 ) and (not isblank({name}))",
    ])
      expect(conditionOf(text, plan), text).toEqual(two);
    expect(conditionOf('{level} IN LIST("a", "b")', plan)?.items[0]).toEqual({
      field: "level",
      op: "in",
      value: ["a", "b"],
    });
  });

  it("stays a formula where it says more than a filter", () => {
    for (const text of [
      "{visits} + 1 > 3",
      "{visits} > {paid}",
      "{unknown} = 1",
      '{secret} = "x"',
      "ISBLANK({doc})",
      "AND({vip}, OR({visits} = 1, {paid} = 2))",
      '{seen_at} >= DATEADD(TODAY(), -90, "day")',
      'INCLUDES({name}, "a")',
      "NOT({visits} = 1)",
      "NOT({vip})",
      "AND({visits} = 1",
      "IF({vip}, TRUE, FALSE)",
      '{doctor_id.name} = "x"',
      '{born} IN LAST(2, "month")',
      "1; DROP",
      '"open',
      "(".repeat(60),
    ])
      expect(conditionOf(text, plan), text).toBeNull();
  });

  it("reads what the language takes and nothing else", () => {
    expect(treeOf('{a} NOT IN ("x")')).toMatchObject({ kind: "call", name: "not in" });
    expect(treeOf("NOT({a}) OR TRUE")).toMatchObject({ kind: "call", name: "OR" });
    for (const text of ["", "{a} = ", "{a} {b}", "= 1", "A(", "- {a}", "x"]) expect(treeOf(text)).toBeNull();
  });
});
