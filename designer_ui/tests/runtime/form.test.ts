/** What a form sends, and how problems find their fields. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FormPlan } from "../../src/api/types";
import {
  changedFields,
  fieldAt,
  isDirty,
  problemsByField,
  sectionsOf,
  toSave,
} from "../../src/runtime/record/formModel";
import { mayMove } from "../../src/runtime/views/KanbanView";
import { treeRows } from "../../src/runtime/views/TreeView";
import { formState, missing } from "../../src/shared/rules";

const field = (key: string, more: Partial<FieldPlan> = {}): FieldPlan => ({
  key,
  control: "text",
  value_type: "text",
  label: { zh: key, en: key },
  config: {},
  level: "write",
  ...more,
});

const plan: FormPlan = {
  key: "lead",
  name: {},
  fields: [
    field("name", { required: true }),
    field("phone", { level: "masked" }),
    field("total", { computed: { k: "lit" } }),
    field("no", { read_only: true }),
    field("items", {
      value_type: "rows",
      fields: [field("price"), field("amount", { computed: { k: "lit" } })],
    }),
  ],
  system: [],
  rules: [],
  layout: [{ key: "a", section: { zh: "基本" }, items: ["name"] }],
  views: [],
  page: {},
  verbs: {},
};
const stored = {
  id: "1",
  revision: 3,
  name: "张三",
  phone: "138****0000",
  total: "5",
  items: [{ id: "r", price: "1", amount: "1" }],
};
const shown = () => true;

describe("saving", () => {
  it("sends only what differs, and never what is masked, computed or read-only", () => {
    const values = { name: "李四", phone: "x", total: "9", no: "n", items: stored.items };
    expect(toSave(plan, values, stored, shown)).toEqual({ name: "李四" });
  });

  it("clears by sending null", () => {
    expect(toSave(plan, { name: null, items: stored.items }, stored, shown)).toEqual({ name: null });
  });

  it("a new record sends what is filled and shown", () => {
    expect(toSave(plan, { name: "李四", total: "1" }, null, shown)).toEqual({ name: "李四" });
    expect(toSave(plan, { name: "李四" }, null, () => false)).toEqual({});
  });

  it("rows go without the columns that the server works out", () => {
    const values = { name: "张三", items: [{ id: "r", price: "2", amount: "2" }] };
    expect(toSave(plan, values, stored, shown)).toEqual({ items: [{ id: "r", price: "2" }] });
  });

  it("knows what was touched; blank and absent are the same", () => {
    expect(isDirty({ name: "a", phone: "" }, { name: "a" })).toBe(false);
    expect(changedFields({ name: "b" }, { name: "a", phone: "1" })).toEqual({ name: "b", phone: null });
  });
});

describe("problems", () => {
  const problem = (path: string) => ({ code: "x", path, message: {} });

  it("point at their field wherever the path puts it", () => {
    expect(fieldAt(plan, problem("/name"))).toBe("name");
    expect(fieldAt(plan, problem("/values/items/2/price"))).toBe("items");
    expect(fieldAt(plan, problem(""))).toBeNull();
    expect(
      problemsByField(plan, [problem("/name"), problem("/name/0"), problem("/")]).get("name")?.length,
    ).toBe(2);
  });
});

describe("sections", () => {
  it("a field that no section lists is still shown", () => {
    expect(sectionsOf(plan).at(-1)?.items).toEqual(["phone", "total", "no", "items"]);
  });
});

describe("the state of a form", () => {
  const scene = {
    plan,
    stored: null,
    now: new Date(0),
    today: "2026-01-01",
    zone: "Asia/Shanghai",
    actor: {},
  };

  it("a record that is not mine to change is shown, not offered for editing", () => {
    const scene = { plan, stored, now: new Date(0), today: "1970-01-01", zone: "UTC", actor: {} };
    expect(formState(scene, stored).fields.name?.readOnly).toBe(false);
    const mine = formState({ ...scene, isReadOnly: true }, stored);
    expect(Object.values(mine.fields).every((one) => one.readOnly && !one.required)).toBe(true);
  });

  it("asks only for what can be filled", () => {
    const state = formState(scene, {});
    expect(missing(plan, state).map((one) => one.key)).toEqual(["name"]);
    expect(state.fields.phone?.readOnly).toBe(true);
    expect(state.fields.total?.required).toBe(false);
  });
});

describe("boards and trees", () => {
  it("a card goes only where its stage leads; a stage without a list leads anywhere", () => {
    const stages = [
      { key: "new", label: "", next: ["called"] },
      { key: "called", label: "" },
      { key: "won", label: "", next: [] },
    ];
    expect(mayMove(stages, "new", "called")).toBe(true);
    expect(mayMove(stages, "new", "won")).toBe(false);
    expect(mayMove(stages, "called", "won")).toBe(true);
    expect(mayMove(stages, "won", "won")).toBe(false);
  });

  it("children follow their parent; orphans stand at the top; circles do not hang", () => {
    const record = (id: string, parent: string | null) => ({ id, revision: 1, parent_id: parent });
    const rows = treeRows(
      [record("b", "a"), record("a", null), record("o", "gone"), record("x", "y"), record("y", "x")],
      "parent_id",
      new Set(),
    );
    expect(rows.map((row) => `${row.record.id}${row.depth}`)).toEqual(["a0", "b1", "o0", "x0", "y0"]);
  });
});
