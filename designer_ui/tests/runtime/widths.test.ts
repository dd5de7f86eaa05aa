/** Columns in the room that a screen has. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FormPlan } from "../../src/api/types";
import { settingsOf, staysOf, widthsOf } from "../../src/runtime/list/settings";

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

describe("columns that stay in sight", () => {
  const view = { key: "all", kind: "table" as const, name: {}, columns: ["name", "due", "paid"] };

  it("are the first one, or as many as the view says", () => {
    expect(settings.frozen).toBe(1);
    expect(settingsOf(plan, { ...view, frozen: 2 }).frozen).toBe(2);
    expect(settingsOf(plan, { ...view, frozen: 0 }).frozen).toBe(0);
  });

  it("stand one beside the other", () => {
    expect(staysOf([150, 100, 80], 2, 52, 1000)).toEqual([52, 202]);
    expect(staysOf([150, 100, 80], 0, 52, 1000)).toEqual([]);
  });

  it("leave the others room: on a narrow screen only the first one stays", () => {
    expect(staysOf([150, 100, 80], 3, 52, 360)).toEqual([52]);
  });
});
