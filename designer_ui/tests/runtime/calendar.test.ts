/** Records on a calendar, and drags back into values. */

import { describe, expect, it } from "vitest";
import type { FieldPlan, FormPlan, ViewPlan } from "../../src/api/types";
import { type CalendarItem, clashWith, itemOf, moveValues } from "../../src/runtime/views/calendarModel";

const field = (key: string, valueType: string, more: Partial<FieldPlan> = {}): FieldPlan => ({
  key,
  control: valueType,
  value_type: valueType,
  label: {},
  config: {},
  level: "write",
  ...more,
});

const plan: FormPlan = {
  key: "appointment",
  name: {},
  title_field: "name",
  fields: [
    field("name", "text"),
    field("start_at", "datetime"),
    field("end_at", "datetime"),
    field("minutes", "integer"),
    field("staff_id", "reference", { config: { to: "staff" } }),
  ],
  system: [],
  rules: [],
  layout: [],
  views: [],
  page: {},
  verbs: {},
};
const view: ViewPlan = {
  key: "day",
  kind: "board",
  name: {},
  start: "start_at",
  end: "end_at",
  resource: "staff_id",
};
const look = { lang: "zh" as const, zone: "Asia/Shanghai", labels: {} };
const booking = {
  id: "1",
  revision: 1,
  name: "张三",
  start_at: "2026-03-05T01:00:00Z",
  end_at: "2026-03-05T01:45:00Z",
  staff_id: "s1",
};

const shown = (record: typeof booking): CalendarItem => {
  const item = itemOf(plan, view, record, look, []);
  if (!item) throw new Error("not on the calendar");
  return item;
};

describe("an appointment", () => {
  it("stands at the branch's wall clock, under its doctor", () => {
    expect(shown(booking)).toMatchObject({
      start: "2026-03-05T09:00:00",
      end: "2026-03-05T09:45:00",
      resourceIds: ["s1"],
      title: "张三",
    });
  });

  it("without an end lasts half an hour; with a length in minutes, that long", () => {
    expect(itemOf(plan, { ...view, end: undefined }, booking, look, [])?.end).toBe("2026-03-05T09:30:00");
    expect(itemOf(plan, { ...view, end: "minutes" }, { ...booking, minutes: 60 }, look, [])?.end).toBe(
      "2026-03-05T10:00:00",
    );
  });

  it("without a start is not on the calendar", () => {
    expect(itemOf(plan, view, { id: "2", revision: 1 }, look, [])).toBeNull();
  });
});

describe("a drag", () => {
  const at = (hour: number, minute: number) => new Date(2026, 2, 6, hour, minute);

  it("becomes new times and the new doctor", () => {
    expect(
      moveValues(plan, view, booking, { start: at(10, 0), end: at(10, 45), resource: "s2" }, "Asia/Shanghai"),
    ).toEqual({
      start_at: "2026-03-06T02:00:00.000Z",
      end_at: "2026-03-06T02:45:00.000Z",
      staff_id: "s2",
    });
  });

  it("leaves computed ends to the server", () => {
    const fixed = {
      ...plan,
      fields: plan.fields.map((one) => (one.key === "end_at" ? { ...one, computed: { k: "lit" } } : one)),
    };
    expect(
      Object.keys(
        moveValues(
          fixed,
          view,
          booking,
          { start: at(10, 0), end: at(11, 0), resource: null },
          "Asia/Shanghai",
        ),
      ),
    ).toEqual(["start_at"]);
  });

  it("onto another booking of the same doctor is a clash; next to it is not", () => {
    const item = shown(booking);
    const other = { ...item, id: "2" };
    expect(
      clashWith([other], { ...item, start: "2026-03-05T09:30:00", end: "2026-03-05T10:00:00" })?.id,
    ).toBe("2");
    expect(
      clashWith([other], { ...item, start: "2026-03-05T09:45:00", end: "2026-03-05T10:00:00" }),
    ).toBeNull();
    expect(clashWith([other], { ...item, resourceIds: ["s2"] })).toBeNull();
  });
});
