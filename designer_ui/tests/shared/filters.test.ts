/** The filter builder. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FilterGroup } from "../../src/api/types";
import {
  allOf,
  countItems,
  groupFilter,
  isComplete,
  nextSort,
  operatorsOf,
  PERIODS,
  startItem,
  toSend,
  withOperator,
} from "../../src/shared/filters";

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
