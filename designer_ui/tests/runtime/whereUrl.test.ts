/** The filter of a list in its address. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FilterGroup, FormPlan } from "../../src/api/types";
import { whereAt, withWhere } from "../../src/runtime/list/whereUrl";

const field = (key: string, valueType: string, level: FieldPlan["level"] = "read"): FieldPlan => ({
  key,
  control: valueType,
  value_type: valueType,
  label: {},
  config: {},
  level,
});

const plan = {
  key: "customer",
  fields: [field("born", "date"), field("paid", "money"), field("phone", "text", "masked")],
  system: [],
} as Partial<FormPlan> as FormPlan;
const NONE: FilterGroup = { op: "and", items: [] };
const ranges: FilterGroup = {
  op: "and",
  items: [
    { field: "born", op: "between", value: { from: "2026-03-01" } },
    { field: "paid", op: "between", value: { from: null, to: "1000.00" } },
  ],
};

const back = (where: FilterGroup, base = NONE) =>
  whereAt(plan, new URLSearchParams(withWhere(new URLSearchParams("open=lead:1"), where, base).toString()));

describe("a filter in the address", () => {
  it("comes back as it was, ranges with one end too", () => {
    expect(back(ranges)).toEqual(ranges);
    const either: FilterGroup = { op: "or", items: [...ranges.items, ranges] };
    expect(back(either)).toEqual(either);
  });

  it("leaves the rest of the address alone", () => {
    expect(withWhere(new URLSearchParams("open=lead:1"), ranges, NONE).get("open")).toBe("lead:1");
  });

  it("is not there while it is the view's own", () => {
    expect(withWhere(new URLSearchParams("where=[]"), ranges, ranges).has("where")).toBe(false);
    expect(back(ranges, ranges)).toBeNull();
  });

  it("says that the view's own was cleared", () => {
    expect(back(NONE, ranges)).toEqual(NONE);
  });

  it("leaves out what is half filled in", () => {
    expect(
      back({ op: "and", items: [{ field: "born", op: "between", value: {} }, ...ranges.items] }),
    ).toEqual(ranges);
  });

  it("of somebody else names nothing that this reader may not ask by", () => {
    const told = JSON.stringify([
      { field: "phone", op: "contains", value: "138" },
      { field: "gone", op: "empty" },
      { field: "born", op: "empty" },
    ]);
    expect(whereAt(plan, new URLSearchParams({ where: told }))).toEqual({
      op: "and",
      items: [{ field: "born", op: "empty" }],
    });
  });

  it("that is nonsense is none", () => {
    for (const told of ["", "{", "7", '"x"', "null", '{"op":"and"}'])
      expect(whereAt(plan, new URLSearchParams({ where: told }))).toBeNull();
  });
});
