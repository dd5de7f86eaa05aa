/** Writes numbers and moments in the forms of Excel's TEXT: 0 # , . % and y m d h s, with texts in quotes. */

import { Decimal as Base } from "decimal.js";
import { fail } from "./failure";
import { isoWeekday, type Local, localOf, makeDay, ymd } from "./moments";
import { type Decimal, multiply, Decimal as Number34, quantized } from "./number";
import { Clock, Day, Instant, isDecimal, type Value } from "./values";

const MOST_FORM = 200;

/** The value written in `form`; a form that does not fit the value is an error value. */
export const formatValue = (value: Value, form: string, zone: string): string => {
  if ([...form].length > MOST_FORM) return fail("formula.bad_value");
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (isDecimal(value)) return formatNumber(value, form);
  if (value instanceof Instant) return formatMoment(localOf(value, zone), form);
  if (value instanceof Day) return formatMoment({ day: value, clock: new Clock(0) }, form);
  if (value instanceof Clock) return formatMoment({ day: makeDay(2000, 1, 1), clock: value }, form);
  if (typeof value === "string") return form.includes("@") ? form.replaceAll("@", () => value) : value;
  return fail("formula.bad_value");
};

const DATE_PART = /yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|aaaa|aaa|am\/pm|"[^"]*"|\\.|./gisu;
const WEEK_ZH = "一二三四五六日";
const WEEK_EN = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
const MONTH_EN =
  "January February March April May June July August September October November December".split(" ");

/** `m` after `h` or before `s` means minutes. */
const formatMoment = (value: Local, form: string): string => {
  const parts = form.match(DATE_PART) ?? [];
  const lowered = parts.map((part) => part.toLowerCase());
  const words = partsOf(value, lowered.includes("am/pm"));
  const shown = parts.map((part, at) => {
    const low = lowered[at] ?? "";
    const known = words[(low === "m" || low === "mm") && meansMinutes(lowered, at) ? `minute-${low}` : low];
    return known ?? unquoted(part);
  });
  return shown.join("");
};

const meansMinutes = (parts: readonly string[], at: number): boolean => {
  const isLetter = (part: string): boolean => "ymdhs".includes(part[0] ?? " ");
  return (
    parts.slice(0, at).findLast(isLetter)?.startsWith("h") === true ||
    parts
      .slice(at + 1)
      .find(isLetter)
      ?.startsWith("s") === true
  );
};

const unquoted = (part: string): string => {
  if (part.startsWith('"')) return part.length > 1 ? part.slice(1, -1) : "";
  return part.startsWith("\\") ? part.slice(1) : part;
};

const two = (value: number): string => String(value).padStart(2, "0");

const partsOf = ({ day, clock }: Local, isTwelve: boolean): Readonly<Record<string, string>> => {
  const { year, month, day: date } = ymd(day);
  const seconds = Math.floor(clock.us / 1_000_000);
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = isTwelve ? ((hour + 11) % 12) + 1 : hour;
  const week = isoWeekday(day) - 1;
  const [monthName, weekName] = [MONTH_EN[month - 1] ?? "", WEEK_EN[week] ?? ""];
  return {
    yyyy: String(year).padStart(4, "0"),
    yy: two(year % 100),
    mmmm: monthName,
    mmm: monthName.slice(0, 3),
    mm: two(month),
    m: String(month),
    dddd: weekName,
    ddd: weekName.slice(0, 3),
    dd: two(date),
    d: String(date),
    hh: two(shown),
    h: String(shown),
    "minute-mm": two(minute),
    "minute-m": String(minute),
    ss: two(second),
    s: String(second),
    aaaa: `星期${WEEK_ZH[week]}`,
    aaa: WEEK_ZH[week] ?? "",
    "am/pm": hour < 12 ? "AM" : "PM",
  };
};

const NUMBER_PART = /"[^"]*"|\\.|[#0][#0,]*(?:\.[#0]*)?|\.[#0]+|[^#0]/gsu;

/** `;` parts the form for negative numbers and zero. */
const formatNumber = (value: Decimal, form: string): string => {
  const [first = "", negative, zero] = form.split(";");
  if (value.lt(0) && negative !== undefined) return numberSection(value.neg(), negative, "");
  if (value.isZero() && zero !== undefined) return numberSection(value, zero, "");
  return numberSection(value.abs(), first, value.lt(0) ? "-" : "");
};

const HUNDRED = new Number34(100);

const numberSection = (value: Decimal, form: string, sign: string): string => {
  const parts: string[] = form.match(NUMBER_PART) ?? [];
  const scaled = parts.filter((part) => part === "%").reduce((so) => multiply(so, HUNDRED), value);
  let isPlaced = false;
  const shown = parts.map((part) => {
    if (!/^([#0]|\.[#0])/u.test(part))
      return part.startsWith('"') && part.length > 1 ? part.slice(1, -1) : unquoted(part);
    const found = isPlaced ? "" : digits(scaled, part);
    const text = (!isPlaced && /[^0.,]/u.test(found) ? sign : "") + found;
    isPlaced = true;
    return text;
  });
  return shown.join("");
};

const digits = (value: Decimal, pattern: string): string => {
  const [whole = "", fraction = ""] = pattern.split(".");
  const rounded = quantized(value, fraction.length, Base.ROUND_HALF_UP) ?? fail("formula.bad_number");
  const [left = "", right = ""] = rounded.toFixed(fraction.length).split(".");
  const least = [...whole].filter((mark) => mark === "0").length;
  const figures = left.replace(/^0+/u, "").padStart(least, "0");
  const grouped =
    whole.includes(",") && !/^0./u.test(figures) ? figures.replace(/\B(?=(\d{3})+$)/gu, ",") : figures;
  const kept = shortened(right, fraction);
  return grouped + (kept ? `.${kept}` : "");
};

/** Without zeros at the end where the form has a #. */
const shortened = (right: string, fraction: string): string => {
  const least = [...fraction].filter((mark) => mark === "0").length;
  let kept = right;
  while (kept.length > least && kept.endsWith("0") && fraction[kept.length - 1] === "#")
    kept = kept.slice(0, -1);
  return kept;
};
