/** Lunar days and solar terms of 1900 to 2100, from facts that `tools/formula_facts.py` writes. */

import facts from "./facts/lunar.json";
import { fail } from "./failure";
import { ymd } from "./moments";
import type { Day } from "./values";

const MONTHS = "正二三四五六七八九十冬腊";
const TENS = "初十廿三";
const DIGITS = "一二三四五六七八九十";

/** First day (since 1970-01-01) and name of each month, from the letters a to l, capital for a leap month. */
const months: readonly { from: number; name: string }[] = (() => {
  let from = facts.first_month;
  return [...facts.months].map((letter, at) => {
    const name = MONTHS[letter.toLowerCase().charCodeAt(0) - 97] ?? "";
    const month = { from, name: `${letter < "a" ? "闰" : ""}${name}` };
    from += facts.lengths[at] === "1" ? 30 : 29;
    return month;
  });
})();

const terms: ReadonlyMap<number, string> = (() => {
  const names = facts.terms.split(" ");
  let day = facts.first_term;
  const found = new Map([[day, names[0] ?? ""]]);
  [...facts.steps].forEach((step, at) => {
    day += Number(step) + 10;
    found.set(day, names[(at + 1) % names.length] ?? "");
  });
  return found;
})();

const known = (day: Day): number => {
  const { year } = ymd(day);
  return year >= 1900 && year <= 2100 ? day.n : fail("formula.bad_date");
};

/** The lunar month and day: 2026-02-17 is 正月初一. */
export const lunar = (day: Day): string => {
  const n = known(day);
  const month = months.findLast((one) => one.from <= n) ?? fail("formula.bad_date");
  return `${month.name}月${dayName(n - month.from + 1)}`;
};

const dayName = (day: number): string => {
  if (day === 20) return "二十";
  if (day === 30) return "三十";
  return `${TENS[day === 10 ? 0 : Math.floor(day / 10)]}${DIGITS[(day - 1) % 10]}`;
};

/** The solar term that falls on the day, or "". */
export const solarTerm = (day: Day): string => terms.get(known(day)) ?? "";
