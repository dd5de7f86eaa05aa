/** From JSON of the API to values of formulas, and between types of formulas. */

import { isObject, type Json } from "../json";
import { fail } from "./failure";
import {
  clockText,
  dayText,
  instantAt,
  instantIso,
  instantText,
  localOf,
  readClock,
  readDay,
  readInstant,
  spanOf,
} from "./moments";
import { Decimal, ONE, plain, settle, ZERO } from "./number";
import { Clock, Day, Instant, isDecimal, isList, Range, type Row, Span, type Value } from "./values";

export const itemType = (type: string): string | null => (type.startsWith("list of ") ? type.slice(8) : null);

/** Read what the API carries for a field of a formula type. Blank forms give null. */
export const fromJson = (raw: Json | undefined, type: string, zone: string): Value => {
  if (raw === null || raw === undefined) return null;
  const item = itemType(type);
  if (item !== null)
    return Array.isArray(raw) ? raw.map((one) => fromJson(one, item, zone)) : [fromJson(raw, item, zone)];
  if (raw === "" && type !== "text") return null;
  switch (type) {
    case "number":
      return readNumber(raw);
    case "date":
      return typeof raw === "string" ? readDay(raw.length === 7 ? `${raw}-01` : raw.slice(0, 10)) : null;
    case "datetime":
      return typeof raw === "string"
        ? raw.length === 10
          ? toInstant(readDay(raw), zone)
          : readInstant(raw, zone)
        : null;
    case "time":
      return typeof raw === "string" ? readClock(raw) : null;
    case "duration":
      return typeof raw === "object" ? null : ofSeconds(readNumber(raw));
    case "range":
      return readRange(raw, zone);
    default:
      return fromAny(raw);
  }
};

const readNumber = (raw: Json): Decimal => {
  if (typeof raw === "boolean") return raw ? ONE : ZERO;
  if (typeof raw !== "string" && typeof raw !== "number") return fail("formula.bad_number");
  try {
    return settle(new Decimal(raw));
  } catch {
    return fail("formula.bad_number");
  }
};

const readRange = (raw: Json, zone: string): Value => {
  if (!isObject(raw)) return null;
  const end = (one: Json | undefined): Day | Instant | null => {
    if (typeof one !== "string" || one === "") return null;
    return one.length === 10 ? readDay(one) : readInstant(one, zone);
  };
  return new Range(end(raw.from), end(raw.to));
};

const fromAny = (raw: Json): Value => {
  if (typeof raw === "number") return new Decimal(raw);
  if (raw === null || typeof raw === "string" || typeof raw === "boolean") return raw;
  if (Array.isArray(raw)) return raw.map((one) => fromAny(one));
  const row: Record<string, Value> = {};
  for (const [key, one] of Object.entries(raw)) row[key] = one === undefined ? null : fromAny(one);
  return row;
};

/** Write a value as the API carries it: numbers as text, blank as null. */
export const toJson = (value: Value): Json => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (isDecimal(value)) return plain(value);
  if (isList(value)) return value.map((one) => toJson(one));
  if (value instanceof Day) return dayText(value);
  if (value instanceof Instant) return instantIso(value);
  if (value instanceof Clock) return clockText(value);
  if (value instanceof Span) return plain(secondsOf(value));
  if (value instanceof Range) {
    return { from: value.start && toJson(value.start), to: value.end && toJson(value.end) };
  }
  const row: Record<string, Json> = {};
  for (const [key, one] of Object.entries(value as Row)) row[key] = toJson(one);
  return row;
};

export const secondsOf = (span: Span): Decimal => settle(new Decimal(span.us.toString()).div(1_000_000));

export const ofSeconds = (count: Decimal): Span => {
  const us = count.times(1_000_000);
  return us.abs().e > 40 ? fail("formula.bad_date") : spanOf(BigInt(settle(us).toDecimalPlaces(0).toFixed()));
};

const toInstant = (day: Day, zone: string): Instant => instantAt(day, new Clock(0), zone);

/** Return a value as `&` and text functions see it. */
export const textOf = (value: Value, zone: string): string => {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (isDecimal(value)) return plain(value);
  if (value instanceof Day) return dayText(value);
  if (value instanceof Instant) return instantText(value, zone);
  if (value instanceof Clock) return clockText(value);
  if (value instanceof Span) return plain(secondsOf(value));
  return fail("formula.bad_value");
};

/** Convert a value that is not blank to `type`, as the checker asked. */
export const convert = (value: Value, type: string, zone: string): Value => {
  const item = itemType(type);
  if (item !== null) {
    return isList(value) ? value.map((one) => (one === null ? null : convert(one, item, zone))) : value;
  }
  switch (type) {
    case "number":
      if (typeof value === "boolean") return value ? ONE : ZERO;
      if (value instanceof Span) return secondsOf(value);
      return isDecimal(value) ? value : fail("formula.bad_number");
    case "bool":
      if (typeof value === "boolean") return value;
      return isDecimal(value) ? !value.isZero() : fail("formula.bad_value");
    case "date":
      if (value instanceof Instant) return localOf(value, zone).day;
      return value instanceof Day ? value : fail("formula.bad_date");
    case "datetime":
      if (value instanceof Day) return toInstant(value, zone);
      return value instanceof Instant ? value : fail("formula.bad_date");
    case "time":
      if (value instanceof Instant) return localOf(value, zone).clock;
      return value instanceof Clock ? value : fail("formula.bad_date");
    case "text":
      return textOf(value, zone);
    default:
      return value;
  }
};
