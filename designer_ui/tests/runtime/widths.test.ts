/** Columns in the room that a screen has. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FormPlan } from "../../src/api/types";
import { settingsOf, widthsOf } from "../../src/runtime/list/settings";

const field = (key: string, value_type: string): FieldPlan => ({
  key,
  control: value_type,
  value_type,
  label: { zh: "词", en: "Word" },
  config: {},
  level: "write",
});
const fields = [field("name", "text"), field("due", "date"), field("paid", "money")];
const plan: FormPlan = {
  key: "bill",
  name: { zh: "单", en: "Bill" },
  title_field: "name",
  fields,
  system: [],
  rules: [],
  layout: [],
  views: [],
  page: {},
  verbs: {},
};
const settings = settingsOf(plan, { key: "all", kind: "table", name: {}, columns: ["name", "due", "paid"] });
const sum = (widths: number[]) => widths.reduce((all, one) => all + one, 0);

describe("column widths", () => {
  it("give what is left over to the wordy columns alone", () => {
    const tight = widthsOf(plan, fields, settings, "zh", 0);
    const roomy = widthsOf(plan, fields, settings, "zh", sum(tight) + 60);
    expect(roomy).toEqual([(tight[0] ?? 0) + 60, tight[1], tight[2]]);
  });

  it("stay as somebody drew them", () => {
    const drawn = { ...settings, widths: { name: 90 } };
    expect(widthsOf(plan, fields, drawn, "zh", 2000)[0]).toBe(90);
  });

  it("never grow without end", () => {
    expect(widthsOf(plan, fields, settings, "zh", 5000)[0]).toBeLessThan(400);
  });
});
