/** Records as calendar events, and moves back into values. Pure. */

import type { FieldPlan, FormPlan, Labels, RecordData, ViewPlan } from "../../api/types";
import { fieldOf, isWritable, titleKey } from "../../shared/fields";
import {
  addDays,
  formatValue,
  instantOf,
  type Look,
  localDay,
  localTime,
  optionsOf,
} from "../../shared/format";
import { asText, isBlank, isObject, type Json, strings, type Values } from "../../shared/json";
import { fieldsIn } from "../../shared/rules";

export interface CalendarItem {
  id: string;
  start: string;
  end: string;
  allDay: boolean;
  title: string;
  lines: string[];
  resourceIds: string[];
  color: string | null;
  canMove: boolean;
}

const MINUTES = 30;

/** Wall-clock text "2026-03-05T14:30:00" of an instant at the branch. */
export const wall = (instant: string, zone: string): string =>
  `${localDay(instant, zone)}T${localTime(instant, zone)}:00`;

const later = (wallClock: string, minutes: number): string => {
  const moment = new Date(`${wallClock}Z`);
  moment.setUTCMinutes(moment.getUTCMinutes() + minutes);
  return moment.toISOString().slice(0, 19);
};

const endOf = (value: Json | undefined, start: string, zone: string): string => {
  if (typeof value === "string" && value.includes("T")) return wall(value, zone);
  // Some forms keep a length in minutes instead of an end.
  if (typeof value === "number") return later(start, value);
  return later(start, MINUTES);
};

export const itemOf = (
  plan: FormPlan,
  view: ViewPlan,
  record: RecordData,
  look: Look,
  cards: readonly string[],
): CalendarItem | null => {
  const startField = view.start ? fieldOf(plan, view.start) : undefined;
  const value = view.start ? record[view.start] : undefined;
  if (!startField || value === undefined || isBlank(value)) return null;
  const span = isObject(value) ? value : null;
  const from = asText(span ? span.from : value);
  const allDay = startField.value_type === "date" || (span !== null && !from.includes("T"));
  const start = allDay ? from : wall(from, look.zone);
  const until = span ? (span.to ?? null) : view.end ? record[view.end] : undefined;
  const end = allDay ? addDays(asText(until ?? null) || from, 1) : endOf(until ?? null, start, look.zone);
  const shown = [view.title ?? titleKey(plan), ...cards.filter((key) => key !== view.title)];
  const lines = shown
    .map((key) => {
      const field = fieldOf(plan, key);
      return field && !isBlank(record[key] ?? null) ? formatValue(record[key] ?? null, field, look) : "";
    })
    .filter(Boolean);
  const resource = view.resource ? record[view.resource] : undefined;
  return {
    id: record.id,
    start,
    end,
    allDay,
    title: lines[0] ?? record.no ?? "",
    lines: lines.slice(1),
    resourceIds: Array.isArray(resource) ? strings(resource) : resource ? [asText(resource)] : [],
    color: colorOf(plan, view, record),
    canMove: record._can?.edit !== false,
  };
};

/** The colour of the record's status, where it has one. */
const colorOf = (plan: FormPlan, view: ViewPlan, record: RecordData): string | null => {
  const named = view.color ? fieldOf(plan, view.color) : undefined;
  const field =
    named ??
    plan.fields.find(
      (item) => (item.control === "stage" || item.key === "status") && item.value_type === "choice",
    );
  if (!field) return null;
  return optionsOf(field).find((option) => option.key === record[field.key])?.color ?? null;
};

export interface Move {
  start: Date;
  end: Date | null;
  resource: string | null;
}

const dayText = (moment: Date): string =>
  `${moment.getFullYear()}-${String(moment.getMonth() + 1).padStart(2, "0")}-${String(moment.getDate()).padStart(2, "0")}`;

const timeText = (moment: Date): string =>
  `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;

const valueAt = (moment: Date, field: FieldPlan | undefined, zone: string): Json =>
  field?.value_type === "date" ? dayText(moment) : instantOf(dayText(moment), timeText(moment), zone);

/** The values that a drag means. The calendar speaks in browser-local dates that carry the branch's wall clock. */
const lengthFields = (plan: FormPlan, view: ViewPlan, end: FieldPlan): string[] =>
  [...new Set(fieldsIn(end.computed))].filter((key) => {
    const field = fieldOf(plan, key);
    return key !== view.start && field !== undefined && isWritable(field) && field.value_type === "integer";
  });

export const moveValues = (
  plan: FormPlan,
  view: ViewPlan,
  record: RecordData,
  move: Move,
  zone: string,
): Values => {
  const values: Values = {};
  const startField = view.start ? fieldOf(plan, view.start) : undefined;
  const endField = view.end ? fieldOf(plan, view.end) : undefined;
  if (view.start && isObject(record[view.start])) {
    values[view.start] = {
      from: instantOf(dayText(move.start), timeText(move.start), zone),
      to: move.end ? instantOf(dayText(move.end), timeText(move.end), zone) : null,
    };
  } else if (view.start) {
    values[view.start] = valueAt(move.start, startField, zone);
    if (view.end && move.end && endField) {
      const isLength = endField.value_type === "integer" || endField.value_type === "decimal";
      values[view.end] = isLength
        ? Math.round((move.end.getTime() - move.start.getTime()) / 60_000)
        : valueAt(move.end, endField, zone);
    }
  }
  // An end that is computed from the start and a length moves by its length.
  const length = endField?.computed === undefined ? [] : lengthFields(plan, view, endField);
  const isTimed = move.end !== null && view.start && typeof record[view.start] === "string";
  if (length.length === 1 && length[0] && isTimed && move.end)
    values[length[0]] = Math.round((move.end.getTime() - move.start.getTime()) / 60_000);
  if (view.resource && move.resource !== null) {
    const field = fieldOf(plan, view.resource);
    values[view.resource] =
      field?.value_type === "references" || field?.value_type === "persons" ? [move.resource] : move.resource;
  }
  // Ends that are computed (start plus length) follow by themselves.
  return Object.fromEntries(
    Object.entries(values).filter(
      ([key]) => fieldOf(plan, key)?.computed === undefined && fieldOf(plan, key)?.read_only !== true,
    ),
  );
};

/** Two bookings of one resource that meet: the one already there, or null. */
export const clashWith = (items: readonly CalendarItem[], moved: CalendarItem): CalendarItem | null =>
  items.find(
    (item) =>
      item.id !== moved.id &&
      !item.allDay &&
      item.start < moved.end &&
      moved.start < item.end &&
      item.resourceIds.some((id) => moved.resourceIds.includes(id)),
  ) ?? null;

export const resourcesOf = (
  field: FieldPlan | undefined,
  records: readonly RecordData[],
  labels: Labels,
  key: string,
  to: string,
): { id: string; title: string }[] => {
  if (!field) return [];
  const names = labels[to] ?? {};
  const ids = new Set(
    records.flatMap((record) =>
      Array.isArray(record[key])
        ? strings(record[key])
        : isBlank(record[key] ?? null)
          ? []
          : [asText(record[key])],
    ),
  );
  return [...ids]
    .map((id) => ({ id, title: names[id] ?? id }))
    .sort((a, b) => a.title.localeCompare(b.title, "zh"));
};
