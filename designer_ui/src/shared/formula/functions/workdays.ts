/** Workdays (工作日): the Chinese calendar of holidays and make-up days, or a list of days off. */

import type { Context } from "../evaluate";
import facts from "../facts/workdays.json";
import { fail } from "../failure";
import { addDays, dayOf, isoWeekday } from "../moments";
import { Decimal } from "../number";
import { Day, Instant, type Value } from "../values";
import { type Body, dayAt, type Family, itemsOf, valueAt, wholeAt } from "./read";

/** Days as steps from the one before, the first from 1970-01-01. */
const unpacked = (steps: string): Set<number> => {
  let day = 0;
  const days = steps.split(" ").map((step) => {
    day += Number(step);
    return day;
  });
  return new Set(days);
};

const holidays = unpacked(facts.holidays);
const makeUpDays = unpacked(facts.make_up);

const isHoliday = (day: Day): boolean => holidays.has(day.n);

export const isWorkday = (day: Day): boolean =>
  !isHoliday(day) && (isoWeekday(day) <= 5 || makeUpDays.has(day.n));

const MOST_STEPS = 20_000;
const MOST_DAYS = 40_000;

const offBy = (listed: Value, context: Context): ((day: Day) => boolean) => {
  if (listed === null) return (day) => !isWorkday(day);
  const moments = itemsOf(listed).filter((one) => one instanceof Day || one instanceof Instant);
  const off = new Set(moments.map((one) => dayOf(one, context.zone).n));
  return (day) => isoWeekday(day) > 5 || off.has(day.n);
};

const workday: Body = (given, context) => {
  if (valueAt(given, 0) === null || valueAt(given, 1) === null) return null;
  const off = offBy(valueAt(given, 2), context);
  let left = wholeAt(given, 1);
  if (Math.abs(left) > MOST_STEPS) return fail("formula.bad_date");
  let day = dayAt(given, 0, context);
  const step = Math.sign(left);
  while (left !== 0) {
    day = addDays(day, step);
    if (!off(day)) left -= step;
  }
  return day;
};

const workdaysBetween: Body = (given, context) => {
  if (valueAt(given, 0) === null || valueAt(given, 1) === null) return null;
  const [start, end] = [dayAt(given, 0, context).n, dayAt(given, 1, context).n];
  if (Math.abs(end - start) > MOST_DAYS) return fail("formula.bad_date");
  const off = offBy(valueAt(given, 2), context);
  let count = 0;
  for (let n = Math.min(start, end); n <= Math.max(start, end); n++) count += off(new Day(n)) ? 0 : 1;
  return new Decimal(start <= end ? count : -count);
};

export const workdays: Family = {
  WORKDAY: workday,
  NETWORKDAYS: workdaysBetween,
  ISWORKDAY: (given, context) => isWorkday(dayAt(given, 0, context)),
  ISHOLIDAY: (given, context) => isHoliday(dayAt(given, 0, context)),
};
