/** What of a record stands on paper. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FormPlan } from "../../src/api/types";
import { isTall, onPaper } from "../../src/runtime/record/paper/onPaper";
import type { Json } from "../../src/shared/json";

const field = (key: string, more: Partial<FieldPlan> = {}): FieldPlan => ({
  key,
  control: "text",
  value_type: "text",
  label: {},
  config: {},
  level: "read",
  ...more,
});

const plan = {
  key: "consent",
  fields: [
    field("name"),
    field("note", { print: false }),
    field("secret", { level: "none" }),
    field("panes", { role: "layout", config: { panes: [{ key: "a", items: ["inner"] }] } }),
    field("inner"),
    field("blank"),
    field("loose", { fields: [field("price"), field("floor", { print: false })] }),
  ],
  system: [],
  layout: [
    { key: "who", section: { zh: "患者" }, items: ["name", "note", "secret"] },
    { key: "what", section: { zh: "内容" }, folded: true, items: ["panes", "blank"] },
    { key: "none", section: { zh: "空" }, items: ["blank"] },
  ],
} as Partial<FormPlan> as FormPlan;

describe("a record on paper", () => {
  it("holds what is filled in, folded sections and panes too, and nothing that stays off paper", () => {
    const told = onPaper(plan, (one) => one.key !== "blank").map((section) => [
      section.key,
      section.fields.map((one) => one.key),
    ]);
    expect(told).toEqual([
      ["who", ["name"]],
      ["what", ["inner"]],
      ["__rest", ["loose"]],
    ]);
    const loose = onPaper(plan, () => true)
      .flatMap((section) => section.fields)
      .find((one) => one.key === "loose");
    expect(loose?.fields?.map((column) => column.key)).toEqual(["price"]);
  });

  it("holds of a snapshot what may stand on paper of what it kept", () => {
    const kept = [
      field("items", { fields: [field("price"), field("floor", { print: false })] }),
      field("limit", { print: false }),
    ];
    const accepted = field("accepted", { control: "snapshot", config: { kept: kept as unknown as Json } });
    const [shown] = onPaper({ ...plan, fields: [accepted], layout: [] }, () => true).flatMap(
      (section) => section.fields,
    );
    const told = shown?.config.kept as unknown as FieldPlan[];
    expect(told.map((one) => [one.key, one.fields?.map((column) => column.key)])).toEqual([
      ["items", ["price"]],
    ]);
  });

  it("gives tables and long texts the whole width", () => {
    expect(isTall(field("lines", { value_type: "rows" }), [])).toBe(true);
    expect(isTall(field("text"), "一行\n又一行")).toBe(true);
    expect(isTall(field("text"), "短")).toBe(false);
  });
});
