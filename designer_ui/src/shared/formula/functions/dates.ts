/** Dates (日期), second half: moving, differences, periods, the Chinese calendar. Workdays: `workdays.ts`. */

import { ordered } from "../compare";
import { ofSeconds, secondsOf } from "../convert";
import { fail } from "../failure";
import { lunar, solarTerm } from "../lunar";
import {
  addDays,
  addMonths,
  dayOf,
  daysInMonth,
  instantAt,
  isoWeekday,
  localOf,
  makeDay,
  placedAt,
  spanOf,
  ymd,
} from "../moments";
import { Decimal, multiply, whole } from "../number";
import { type Day, Instant, Range } from "../values";
import { bounded, fullMonths } from "./dateParts";
import { type Body, dayAt, type Family, momentAt, numberAt, textAt, valueAt, wholeAt } from "./read";

const WORDS: Readonly<Record<string, string>> = {
  year: "year years y 年",
  quarter: "quarter quarters q 季 季度",
  month: "month months m 月",
  week: "week weeks w 周",
  day: "day days d 天 日",
  hour: "hour hours h 小时",
  minute: "minute minutes min 分 分钟",
  second: "second seconds s 秒",
};
const UNITS = new Map(
  Object.entries(WORDS).flatMap(([unit, words]) => words.split(" ").map((word) => [word, unit])),
);
const SECONDS = new Map([
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
]);
const MONTHS = new Map([
  ["year", 12],
  ["quarter", 3],
  ["month", 1],
]);
const CLOCK = new Set(["hour", "minute", "second"]);

const unitOf = (name: string): string => UNITS.get(name.trim().toLowerCase()) ?? fail("formula.bad_value");

const shiftedDay = (day: Day, count: number, unit: string): Day => {
  const months = MONTHS.get(unit);
  return months ? addMonths(day, count * months) : addDays(day, count * (unit === "week" ? 7 : 1));
};

/** A date or instant moved by so many units; an instant keeps its local time of day. */
export const shifted = (value: Day | Instant, count: Decimal, name: string, zone: string): Day | Instant => {
  const unit = unitOf(name);
  if (CLOCK.has(unit)) {
    if (!(value instanceof Instant)) return fail("formula.bad_value");
    return placedAt(value.us + ofSeconds(multiply(count, new Decimal(SECONDS.get(unit) ?? 0))).us);
  }
  const units = bounded(whole(count));
  if (!(value instanceof Instant)) return shiftedDay(value, units, unit);
  const wall = localOf(value, zone);
  return instantAt(shiftedDay(wall.day, units, unit), wall.clock, zone);
};

const difference: Body = (given, { zone }) => {
  const [start, end, name] = [momentAt(given, 0), momentAt(given, 1), textAt(given, 2).trim().toLowerCase()];
  const unit = UNITS.get(name) ?? "";
  const size = SECONDS.get(unit) ?? 1;
  if (start instanceof Instant && end instanceof Instant && CLOCK.has(unit)) {
    return end.us < start.us
      ? fail("formula.bad_date")
      : secondsOf(spanOf(end.us - start.us))
          .div(size)
          .trunc();
  }
  const [first, last] = [dayOf(start, zone), dayOf(end, zone)];
  if (last.n < first.n) return fail("formula.bad_date");
  const months = fullMonths(first, last);
  if (name === "md") return new Decimal(last.n - addMonths(first, months).n);
  if (name === "yd") return new Decimal(last.n - addMonths(first, months - (months % 12)).n);
  if (name === "ym") return new Decimal(months % 12);
  const per = MONTHS.get(unitOf(name));
  if (per) return new Decimal(Math.floor(months / per));
  return new Decimal(Math.floor(((last.n - first.n) * 86_400) / size));
};

/** The first day of the year, quarter, month or week; a week begins on Monday. */
const startOf = (day: Day, name: string): Day => {
  const at = ymd(day);
  switch (unitOf(name)) {
    case "year":
      return makeDay(at.year, 1, 1);
    case "quarter":
      return makeDay(at.year, Math.floor((at.month - 1) / 3) * 3 + 1, 1);
    case "month":
      return makeDay(at.year, at.month, 1);
    case "week":
      return addDays(day, 1 - isoWeekday(day));
    case "day":
      return day;
    default:
      return fail("formula.bad_value");
  }
};

const MOST_PERIODS = 10_000;

/** The last (or next) so many whole units, the current one included. */
const period =
  (isAhead: boolean): Body =>
  (given, { today }) => {
    const [count, unit] = [wholeAt(given, 0), unitOf(textAt(given, 1))];
    if (count < 1 || count > MOST_PERIODS || CLOCK.has(unit)) return fail("formula.bad_value");
    const first = startOf(today, unit);
    if (isAhead) return new Range(first, addDays(shiftedDay(first, count, unit), -1));
    return new Range(shiftedDay(first, 1 - count, unit), addDays(shiftedDay(first, 1, unit), -1));
  };

const endOfMonth: Body = (given, context) => {
  const at = ymd(dayAt(given, 0, context));
  const there = ymd(addMonths(makeDay(at.year, at.month, 1), bounded(wholeAt(given, 1))));
  return makeDay(there.year, there.month, daysInMonth(there.year, there.month));
};

/** Days belong to both ends; of instants 9–10 and 10–11 do not overlap. */
const overlaps: Body = (given) => {
  const op = valueAt(given, 0) instanceof Instant ? "<" : "<=";
  return (
    ordered(op, valueAt(given, 0), valueAt(given, 3)) && ordered(op, valueAt(given, 2), valueAt(given, 1))
  );
};

const duration: Body = (given) => {
  const size = SECONDS.get(unitOf(textAt(given, 1))) ?? fail("formula.bad_value");
  return ofSeconds(multiply(numberAt(given, 0), new Decimal(size)));
};

const minutesBetween: Body = (given) => {
  const [start, end] = [momentAt(given, 0), momentAt(given, 1)];
  if (!(start instanceof Instant && end instanceof Instant)) return fail("formula.bad_date");
  return new Decimal(((end.us - start.us) / 60_000_000n).toString());
};

export const dates: Family = {
  EOMONTH: endOfMonth,
  SOMONTH: (given, context) => startOf(dayAt(given, 0, context), "month"),
  SOWEEK: (given, context) => startOf(dayAt(given, 0, context), "week"),
  EOWEEK: (given, context) => {
    const day = dayAt(given, 0, context);
    return addDays(day, 7 - isoWeekday(day));
  },
  DATEADD: (given, { zone }) => shifted(momentAt(given, 0), numberAt(given, 1), textAt(given, 2), zone),
  DATEDIF: difference,
  DAYS: (given, context) => new Decimal(dayAt(given, 0, context).n - dayAt(given, 1, context).n),
  OVERLAPS: overlaps,
  DURATION: duration,
  MINUTESBETWEEN: minutesBetween,
  BUCKET: (given, context) => startOf(dayAt(given, 0, context), textAt(given, 1)),
  LASTPERIOD: period(false),
  NEXTPERIOD: period(true),
  LUNAR: (given, context) => lunar(dayAt(given, 0, context)),
  SOLARTERM: (given, context) => solarTerm(dayAt(given, 0, context)),
};
