/** The filter builder. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FilterGroup } from "../../src/api/types";
import { filterWords } from "../../src/runtime/list/filterWords";
import {
  allOf,
  countItems,
  groupFilter,
  isComplete,
  isSearchable,
  isTurned,
  nextSort,
  operatorsOf,
  PERIODS,
  startItem,
  toSend,
  withOperator,
} from "../../src/shared/filters";
import type { Json } from "../../src/shared/json";

const field = (valueType: string, more: Partial<FieldPlan> = {}): FieldPlan => ({
  key: "f",
  control: valueType,
  value_type: valueType,
  label: {},
  config: {},
  level: "read",
  ...more,
});

describe("operators", () => {
  it("come from the operator group the server names", () => {
    expect(operatorsOf(field("text", { operators: "D" }))).toContain("anniversary");
  });

  it("of ages start at an age, from the age itself too", () => {
    const born = field("date", { key: "born", operators: "A" });
    expect(startItem(born)).toEqual({ field: "born", op: "age", value: { op: "ge", value: 60 } });
    const age = field("", {
      key: "years",
      control: "age",
      operators: "-",
      config: { from: "born" },
      role: "virtual",
    });
    expect(isSearchable(age)).toBe(true);
    expect(startItem(age)).toEqual(startItem(born));
    expect(isSearchable({ ...age, config: { from: "born", at: "visited" } })).toBe(false);
    expect(isComplete({ field: "born", op: "age", value: { op: "between", from: null, to: 3 } })).toBe(true);
    expect(isComplete({ field: "born", op: "age", value: { op: "between", from: null, to: null } })).toBe(
      false,
    );
    expect(isComplete({ field: "born", op: "age", value: { op: "ge", value: null } })).toBe(false);
  });

  it("of ranges take two ends, of trees and first choices a list", () => {
    const range = field("date_range", { operators: "P" });
    expect(startItem(range)).toEqual({ field: "f", op: "overlaps" });
    expect(isComplete({ field: "f", op: "covers", value: { from: "2026-03-01", to: "" } })).toBe(true);
    expect(isComplete({ field: "f", op: "overlaps", value: {} })).toBe(false);
    for (const [group, op] of [
      ["K", "first"],
      ["C", "subtree"],
      ["H", "subtree"],
      ["L", "subtree"],
    ] as const)
      expect(startItem(field("choices", { operators: group }))).toEqual({ field: "f", op, value: [] });
  });

  it("are said in words", () => {
    const t = (key: string, more?: { [name: string]: string | number }) =>
      `${key}${more ? JSON.stringify(more) : ""}`;
    const look = { lang: "zh" as const, zone: "Asia/Shanghai", labels: {}, today: "2026-03-05" };
    const say = (given: Partial<FieldPlan>, op: string, value: Json) =>
      filterWords({ field: "f", op, value }, field("", given), look, { "33": "浙江省" }, t);
    expect(say({ value_type: "date" }, "age", { op: "ge", value: 60 })).toBe("op.age op.ge 60");
    expect(say({ value_type: "date" }, "age", { op: "between", from: 3, to: null })).toBe(
      'op.age filter.fromOn{"value":"filter.aged{\\"count\\":3}"}',
    );
    expect(say({ value_type: "structured" }, "subtree", ["33", "31"])).toBe("op.subtree 浙江省、31");
    const day = { value_type: "date", control: "date" };
    expect(say(day, "between", { from: "2026-03-01" })).toBe('filter.fromOn{"value":"3月1日 周日"}');
    expect(say(day, "between", { from: "", to: "2026-03-01" })).toBe('filter.upTo{"value":"3月1日 周日"}');
    const moment = { value_type: "datetime", control: "datetime" };
    expect(say(moment, "between", { from: "2026-03-01" })).toBe('filter.fromOn{"value":"3月1日 周日"}');
    const money = { value_type: "money", control: "money" };
    expect(say(money, "between", { from: null, to: "1000.00" })).toBe('filter.upTo{"value":"¥1,000.00"}');
    expect(say(money, "between", {})).toBe("…");
    const span = { from: "2026-03-01", to: "2026-03-05" };
    expect(say({ value_type: "date_range" }, "overlaps", span)).toBe("op.overlaps 3月1日 周日 – 3月5日 周四");
  });

  it("follow the value type when no group is named", () => {
    expect(operatorsOf(field("money"))).toContain("between");
    expect(operatorsOf(field("person"))[0]).toBe("me");
    expect(operatorsOf(field("choices"))).toEqual([
      "has_any",
      "has_all",
      "has_none",
      "exactly",
      "empty",
      "not_empty",
    ]);
  });

  it("a date starts with a period, and each period is known by name", () => {
    expect(startItem(field("date"))).toEqual({ field: "f", op: "relative", value: { period: "today" } });
    expect(new Set(PERIODS).size).toBe(PERIODS.length);
  });
});

describe("a half-filled filter", () => {
  it("waits until it says something", () => {
    expect(isComplete({ field: "f", op: "contains", value: "" })).toBe(false);
    expect(isComplete({ field: "f", op: "in", value: [] })).toBe(false);
    expect(isComplete({ field: "f", op: "between", value: {} })).toBe(false);
    expect(isComplete({ field: "f", op: "relative", value: { period: "last_n_days" } })).toBe(false);
    expect(isComplete({ field: "f", op: "count", value: { op: "ge" } })).toBe(false);
  });

  it("asks nothing more of operators that need no value", () => {
    expect(isComplete({ field: "f", op: "empty" })).toBe(true);
    expect(isComplete({ field: "f", op: "my_branch" })).toBe(true);
  });

  it("says when a range ends before it starts, numbers as numbers", () => {
    expect(isTurned("9.00", "10.00")).toBe(false);
    expect(isTurned("10.00", "9.00")).toBe(true);
    expect(isTurned("2026-03-02", "2026-03-01")).toBe(true);
    expect(isTurned("2026-03-02", null)).toBe(false);
    expect(isTurned(undefined, 3)).toBe(false);
  });

  it("one end of a range is enough", () => {
    expect(isComplete({ field: "f", op: "between", value: { from: "5" } })).toBe(true);
  });

  it("is left out of what is sent, and so are groups that hold nothing else", () => {
    const where: FilterGroup = {
      op: "and",
      items: [
        { field: "a", op: "eq", value: "" },
        { op: "or", items: [{ field: "b", op: "in", value: [] }] },
        { field: "c", op: "not_empty" },
      ],
    };
    expect(toSend(where)).toEqual({ op: "and", items: [{ field: "c", op: "not_empty" }] });
    expect(toSend({ op: "and", items: [] })).toBeUndefined();
    expect(countItems(where)).toBe(3);
  });
});

describe("changing an operator", () => {
  it("keeps the value where it still fits", () => {
    expect(withOperator({ field: "f", op: "gt", value: "5" }, "le")).toEqual({
      field: "f",
      op: "le",
      value: "5",
    });
  });

  it("starts afresh where it does not", () => {
    expect(withOperator({ field: "f", op: "gt", value: "5" }, "between")).toEqual({
      field: "f",
      op: "between",
    });
    expect(withOperator({ field: "f", op: "in", value: ["a"] }, "empty")).toEqual({
      field: "f",
      op: "empty",
    });
  });
});

describe("putting filters together", () => {
  const a: FilterGroup = { op: "and", items: [{ field: "a", op: "not_empty" }] };
  const either: FilterGroup = {
    op: "or",
    items: [
      { field: "b", op: "empty" },
      { field: "c", op: "empty" },
    ],
  };

  it("an or stays inside its brackets", () => {
    expect(allOf(a, either)).toEqual({ op: "and", items: [{ field: "a", op: "not_empty" }, either] });
  });

  it("nothing and something is something", () => {
    expect(allOf(undefined, a)).toEqual(a);
    expect(allOf(undefined, undefined)).toBeUndefined();
  });

  it("the group without a value is asked for as blank", () => {
    expect(groupFilter("stage", null).items).toEqual([{ field: "stage", op: "empty" }]);
    expect(groupFilter("stage", "new").items).toEqual([{ field: "stage", op: "in", value: ["new"] }]);
  });
});

describe("sorting by a heading", () => {
  it("goes up, down, off", () => {
    expect(nextSort([], "a", false)).toEqual(["a"]);
    expect(nextSort(["a"], "a", false)).toEqual(["-a"]);
    expect(nextSort(["-a"], "a", false)).toEqual([]);
  });

  it("Shift keeps the others", () => {
    expect(nextSort(["a"], "b", true)).toEqual(["a", "b"]);
    expect(nextSort(["a"], "b", false)).toEqual(["b"]);
  });
});
