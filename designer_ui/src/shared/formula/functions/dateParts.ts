/** Dates (日期), first half: making dates and times, taking them apart, ages. An instant counts by its local day. */

import type { Context } from "../evaluate";
import { fail } from "../failure";
import { formatValue } from "../formats";
import {
  addDays,
  addMonths,
  daysInMonth,
  instantAt,
  isoWeek,
  isoWeekday,
  localOf,
  makeDay,
  ymd,
} from "../moments";
import { Decimal } from "../number";
import { Clock, Day, Instant, type Value } from "../values";
import {
  type Body,
  dayAt,
  type Family,
  type Given,
  momentAt,
  numberAt,
  textAt,
  valueAt,
  wholeAt,
} from "./read";

const MOST_UNITS = 4_000_000;

/** A count that no calendar can be asked for is an error value. */
export const bounded = (count: number): number =>
  Math.abs(count) > MOST_UNITS ? fail("formula.bad_date") : count;

const makeDate = (given: Given): Day => {
  const year = wholeAt(given, 0);
  const full = year >= 0 && year < 1900 ? year + 1900 : year;
  const first = addMonths(makeDay(1, 1, 1), bounded(full * 12 - 12 + wholeAt(given, 1) - 1));
  return addDays(first, bounded(wholeAt(given, 2)) - 1);
};

const MOST_CLOCK = 32_767;

const makeTime: Body = (given) => {
  const parts = [0, 1, 2].map((at) => wholeAt(given, at));
  const [hour = 0, minute = 0, second = 0] = parts;
  const total = hour * 3600 + minute * 60 + second;
  if (total < 0 || parts.some((one) => Math.abs(one) > MOST_CLOCK)) return fail("formula.bad_date");
  return new Clock((total % 86_400) * 1_000_000);
};

const MOST_SECONDS = 1e12;

const makeDatetime: Body = (given, { zone }) => {
  const start = localOf(instantAt(makeDate(given), new Clock(0), zone), zone);
  const [hour, minute, second] = [wholeAt(given, 3), wholeAt(given, 4), wholeAt(given, 5)];
  const moved = hour * 3600 + minute * 60 + second + start.clock.us / 1_000_000;
  if (!(Math.abs(moved) < MOST_SECONDS)) return fail("formula.bad_date");
  const days = Math.floor(moved / 86_400);
  return instantAt(
    addDays(start.day, days),
    new Clock(Math.round((moved - days * 86_400) * 1_000_000)),
    zone,
  );
};

const part =
  (work: (day: Day) => number): Body =>
  (given, context) =>
    new Decimal(work(dayAt(given, 0, context)));

/** A part of the time of day; a date has none of it. */
const clockPart =
  (size: number, most: number): Body =>
  (given, { zone }) => {
    const value = valueAt(given, 0);
    if (value instanceof Day) return new Decimal(0);
    const clock = value instanceof Instant ? localOf(value, zone).clock : value;
    if (!(clock instanceof Clock)) return fail("formula.bad_date");
    return new Decimal(Math.floor(clock.us / 1_000_000 / size) % most);
  };

/** The first day of the week, 0 Monday … 6 Sunday, for the kinds that Excel numbers. */
const weekStart = (kind: number): number => {
  if (kind === 1) return 6;
  if (kind === 2) return 0;
  return kind >= 11 && kind <= 17 ? kind - 11 : fail("formula.bad_value");
};

const mod7 = (value: number): number => ((value % 7) + 7) % 7;

const weekday: Body = (given, context) => {
  const monday = isoWeekday(dayAt(given, 0, context)) - 1;
  const kind = wholeAt(given, 1, 1);
  return new Decimal(kind === 3 ? monday : mod7(monday - weekStart(kind)) + 1);
};

const weekNumber: Body = (given, context) => {
  const [day, kind] = [dayAt(given, 0, context), wholeAt(given, 1, 1)];
  if (kind === 21) return new Decimal(isoWeek(day));
  const start = weekStart(kind);
  const first = makeDay(ymd(day).year, 1, 1);
  return new Decimal(Math.floor((day.n - first.n + mod7(isoWeekday(first) - 1 - start)) / 7) + 1);
};

/** The completed months from start to end. */
export const fullMonths = (start: Day, end: Day): number => {
  const [a, b] = [ymd(start), ymd(end)];
  return (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day ? 1 : 0);
};

/** The completed years. */
export const yearsOld = (birthday: Day, at: Day): number => {
  const [a, b] = [ymd(birthday), ymd(at)];
  return b.year - a.year - (b.month < a.month || (b.month === a.month && b.day < a.day) ? 1 : 0);
};

/** The first argument's day and the second's, today unless told; null where there is no first. */
const since = (given: Given, context: Context): { born: Day; now: Day } | null => {
  if (valueAt(given, 0) === null) return null;
  const now = valueAt(given, 1) === null ? context.today : dayAt(given, 1, context);
  return { born: dayAt(given, 0, context), now };
};

const age: Body = (given, context) => {
  const span = since(given, context);
  if (!span) return null;
  return span.now.n < span.born.n ? fail("formula.bad_date") : new Decimal(yearsOld(span.born, span.now));
};

const ageText: Body = (given, context) => {
  const span = since(given, context);
  if (!span) return null;
  if (span.now.n < span.born.n) return fail("formula.bad_date");
  const months = fullMonths(span.born, span.now);
  if (months < 1) return `${span.now.n - span.born.n}天`;
  if (months < 12) return `${months}个月`;
  return `${Math.floor(months / 12)}岁${months < 72 && months % 12 ? `${months % 12}个月` : ""}`;
};

const nextOccurrence: Body = (given, context) => {
  const span = since(given, context);
  if (!span) return null;
  const [day, now] = [ymd(span.born), ymd(span.now)];
  for (const year of [now.year, now.year + 1]) {
    if (year > 9999) break;
    const there = makeDay(year, day.month, Math.min(day.day, daysInMonth(year, day.month)));
    if (there.n >= span.now.n) return there;
  }
  return fail("formula.bad_date");
};

const TYPED = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/u;

const dateValue: Body = (given) => {
  const narrow = (char: string): string => String.fromCharCode(char.charCodeAt(0) - 0xfee0);
  const cleaned = textAt(given, 0)
    .trim()
    .replace(/[０-９]/gu, narrow);
  if (!cleaned) return null;
  const found = TYPED.exec(cleaned);
  return found ? makeDay(Number(found[1]), Number(found[2]), Number(found[3])) : fail("formula.bad_date");
};

const timeOfDay: Body = (given, { zone }) => {
  const value: Value = momentAt(given, 0);
  return value instanceof Instant ? localOf(value, zone).clock : fail("formula.bad_date");
};

export const dateParts: Family = {
  TODAY: (_, { today }) => today,
  NOW: (_, { now }) => now,
  DATE: makeDate,
  TIME: makeTime,
  DATETIME: makeDatetime,
  YEAR: part((day) => ymd(day).year),
  QUARTER: part((day) => Math.floor((ymd(day).month + 2) / 3)),
  MONTH: part((day) => ymd(day).month),
  DAY: part((day) => ymd(day).day),
  HOUR: clockPart(3600, 24),
  MINUTE: clockPart(60, 60),
  SECOND: clockPart(1, 60),
  WEEKDAY: weekday,
  WEEKNUM: weekNumber,
  ISOWEEK: part(isoWeek),
  AGE: age,
  AGETEXT: ageText,
  NEXTOCCURRENCE: nextOccurrence,
  DATEVALUE: dateValue,
  FORMATDATE: (given, { zone }) => formatValue(momentAt(given, 0), textAt(given, 1), zone),
  TIMEOFDAY: timeOfDay,
  EDATE: (given, context) =>
    addMonths(dayAt(given, 0, context), bounded(Math.trunc(numberAt(given, 1).toNumber()))),
};
