/** How values look: ¥1,234.50, 3月5日 周四 14:30, 3 天前. A blank is "–", never "null" or "Invalid Date". */

import type { FieldPlan, Labels, Option } from "../api/types";
import { asNumber, asText, isArray, isBlank, isObject, type Json, strings } from "./json";
import { clinicNow } from "./now";
import { type Lang, say } from "./words";

export const BLANK = "–";
export const DEFAULT_ZONE = "Asia/Shanghai";

const formats = new Map<string, Intl.DateTimeFormat>();

const asked = (moment: Date, zone: string): Record<string, string> => {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(moment).map((part) => [part.type, part.value]));
};

/** Milliseconds that the wall clock is ahead of UTC; whole seconds. */
const aheadAt = (time: number, zone: string): number => {
  const whole = Math.floor(time / 1000) * 1000;
  const { year, month, day, hour, minute, second } = asked(new Date(whole), zone);
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return shown - whole;
};

const DAY_MS = 86_400_000;
const MOST_DAYS = 5000;
const ahead = new Map<string, number | null>();

/** A list formats hundreds of instants, and asking the browser for each is slow: one answer serves a whole day,
 * unless the clocks change on it. */
const offsetOf = (time: number, zone: string): number => {
  const at = Math.floor(time / DAY_MS);
  const key = `${zone} ${at}`;
  let known = ahead.get(key);
  if (known === undefined) {
    const start = aheadAt(at * DAY_MS, zone);
    known = start === aheadAt((at + 1) * DAY_MS - 1, zone) ? start : null;
    if (ahead.size > MOST_DAYS) ahead.clear();
    ahead.set(key, known);
  }
  return known ?? aheadAt(time, zone);
};

/** "2026-03-05T14:30:00.000Z": the wall clock at the branch, written as if it were UTC. */
const wallOf = (moment: Date, zone: string): string =>
  new Date(moment.getTime() + offsetOf(moment.getTime(), zone)).toISOString();

const WEEKDAYS: Record<Lang, readonly string[]> = {
  zh: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2026-03-05" of an instant, as the branch's wall calendar says. */
export const localDay = (instant: string | Date, zone: string): string => {
  const moment = typeof instant === "string" ? new Date(instant) : instant;
  if (Number.isNaN(moment.getTime())) return "";
  return wallOf(moment, zone).slice(0, 10);
};

/** "14:30" of an instant, as the branch's wall clock says. */
export const localTime = (instant: string | Date, zone: string, seconds = false): string => {
  const moment = typeof instant === "string" ? new Date(instant) : instant;
  if (Number.isNaN(moment.getTime())) return "";
  return wallOf(moment, zone).slice(11, seconds ? 19 : 16);
};

/** The instant of a wall-clock time at the branch; for the rare doubled hour the first one. */
export const instantOf = (day: string, time: string, zone: string): string => {
  const guess = new Date(`${day}T${time.length === 5 ? `${time}:00` : time}Z`).getTime();
  return new Date(guess - aheadAt(guess, zone)).toISOString();
};

export const addDays = (day: string, days: number): string => {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
};

/** Headings name the weekday always; lists only near by, where it helps and where room is short; spans never. */
export type WeekdayUse = "always" | "this_year" | "never";

export const formatDay = (
  day: string,
  lang: Lang,
  today: string,
  weekday: WeekdayUse = "this_year",
): string => {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(day);
  if (!match) return BLANK;
  const [, year, month, date] = match;
  const week = WEEKDAYS[lang][new Date(`${match[0]}T12:00:00Z`).getUTCDay()] ?? "";
  const isOtherYear = year !== today.slice(0, 4);
  const named = weekday === "always" || (weekday === "this_year" && !isOtherYear) ? week : "";
  if (lang === "zh")
    return `${isOtherYear ? `${year}年` : ""}${Number(month)}月${Number(date)}日${named ? ` ${named}` : ""}`;
  return `${named ? `${named} ` : ""}${Number(date)} ${MONTHS[Number(month) - 1]}${isOtherYear ? ` ${year}` : ""}`;
};

/** "11月1日 – 11月30日"; the year once where both ends share it, an open end as "…". */
export const formatSpan = (from: string, to: string, lang: Lang, today: string): string => {
  const start = from ? formatDay(from, lang, today, "never") : "…";
  if (!to) return `${start} – …`;
  if (from === to) return formatDay(from, lang, today);
  const isShared = lang === "zh" && from.slice(0, 4) === to.slice(0, 4);
  return `${start} – ${formatDay(to, lang, isShared ? to : today, "never")}`;
};

export const formatInstant = (
  instant: string,
  lang: Lang,
  zone = DEFAULT_ZONE,
  now = clinicNow(),
): string => {
  const day = localDay(instant, zone);
  return day === "" ? BLANK : `${formatDay(day, lang, localDay(now, zone))} ${localTime(instant, zone)}`;
};

const UNITS: readonly [number, string, string][] = [
  [60, "分钟", "min"],
  [3600, "小时", "h"],
  [86_400, "天", "d"],
];

/** "3 天前", "2 小时后", "刚刚"; beyond 30 days the date itself. */
export const formatAgo = (instant: string, lang: Lang, zone = DEFAULT_ZONE, now = clinicNow()): string => {
  const moment = new Date(instant).getTime();
  if (Number.isNaN(moment)) return BLANK;
  const seconds = (now.getTime() - moment) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) return lang === "zh" ? "刚刚" : "just now";
  if (size > 30 * 86_400) return formatDay(localDay(instant, zone), lang, localDay(now, zone));
  const [unit, zh, en] = UNITS.findLast(([length]) => size >= length) ?? [60, "分钟", "min"];
  const count = Math.floor(size / unit);
  if (lang === "zh") return `${count} ${zh}${seconds > 0 ? "前" : "后"}`;
  return seconds > 0 ? `${count} ${en} ago` : `in ${count} ${en}`;
};

/** Groups digits without passing through a float: "1234.50" is "1,234.50". */
export const groupDigits = (plain: string): string => {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(plain.trim());
  if (!match) return plain;
  const [, sign, whole = "", fraction = ""] = match;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${fraction}`;
};

export const formatMoney = (value: Json | undefined): string => {
  if (typeof value === "number") return formatMoney(value.toFixed(2));
  const text = asText(value);
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) return BLANK;
  const [, sign, whole = "", cents = ""] = match;
  return `${sign}¥${groupDigits(whole)}.${cents.padEnd(2, "0").slice(0, 2)}`;
};

export const formatNumber = (value: Json | undefined): string => {
  const text = typeof value === "number" ? String(value) : asText(value);
  return asNumber(text) === null ? BLANK : groupDigits(text);
};

/** 0.06 is "6%", 0.369 "36.90%": where there are decimals, at least two, so that a column lines up. */
export const formatPercent = (value: Json | undefined): string => {
  const number = asNumber(value);
  if (number === null) return BLANK;
  const shown = String(Number((number * 100).toFixed(4)));
  return `${groupDigits(/\.\d$/.test(shown) ? `${shown}0` : shown)}%`;
};

/** A share of people, to a tenth of a percent. */
export const formatShare = (share: number | null): string =>
  share === null ? BLANK : formatPercent(Math.round(share * 1000) / 1000);

export const formatDuration = (seconds: number, lang: Lang): string => {
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (lang === "zh") return hours ? `${hours} 小时${rest ? ` ${rest} 分` : ""}` : `${rest} 分钟`;
  return hours ? `${hours} h${rest ? ` ${rest} min` : ""}` : `${rest} min`;
};

/** A length of time in the largest unit that a field asks for: "90 分钟", "1 小时 30 分", "2 天 3 小时". */
export const formatLength = (seconds: number, unit: string | undefined, lang: Lang): string => {
  const minutes = Math.round(seconds / 60);
  if (unit === "minutes") return `${groupDigits(String(minutes))} ${lang === "zh" ? "分钟" : "min"}`;
  const days = Math.floor(minutes / 1440);
  if (unit !== "days" || !days) return formatDuration(seconds, lang);
  const rest = minutes % 1440 ? ` ${formatDuration((minutes % 1440) * 60, lang)}` : "";
  return `${days} ${lang === "zh" ? "天" : "d"}${rest}`;
};

export const formatSize = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
};

/** The choices of a field: options, or the stages of a stage control. */
export const optionsOf = (field: FieldPlan): Option[] => {
  const listed = isArray(field.config.options) ? field.config.options : field.config.stages;
  if (!isArray(listed)) return [];
  return listed.filter(isObject).map((item) => ({
    key: asText(item.key),
    label: isObject(item.label)
      ? { zh: asText(item.label.zh), en: asText(item.label.en) }
      : asText(item.label ?? item.key),
    color: asText(item.color) || null,
    parent: asText(item.parent) || null,
    ...(isArray(item.next) ? { next: strings(item.next) } : {}),
    ...(isArray(item.requires) ? { requires: strings(item.requires) } : {}),
    archived: item.archived === true,
  }));
};

export const optionLabel = (field: FieldPlan, key: string, lang: Lang): string => {
  const option = optionsOf(field).find((item) => item.key === key);
  return option ? say(option.label, lang) : key;
};

/** The form whose records a field points at; people are "user". */
export const targetOf = (field: FieldPlan): string => {
  if (typeof field.config.to === "string") return field.config.to;
  if (field.value_type === "person" || field.value_type === "persons") return "user";
  return field.control === "branch" ? "branch" : "user";
};

export const labelOf = (labels: Labels, form: string, id: string): string => labels[form]?.[id] ?? "";

export interface Look {
  lang: Lang;
  zone: string;
  labels: Labels;
  today?: string;
}

type Writer = (value: Json, field: FieldPlan, look: Look) => string;

const linked: Writer = (value, field, look) =>
  strings(isArray(value) ? value : [value])
    .map((id) => labelOf(look.labels, targetOf(field), id) || BLANK)
    .join(look.lang === "zh" ? "、" : ", ");

const chosen: Writer = (value, field, look) =>
  strings(isArray(value) ? value : [value])
    .map((key) => optionLabel(field, key, look.lang))
    .join(look.lang === "zh" ? "、" : ", ");

const day: Writer = (value, _field, look) =>
  formatDay(asText(value), look.lang, look.today ?? localDay(clinicNow(), look.zone));

const WRITERS: Record<string, Writer> = {
  integer: (value) => formatNumber(value),
  decimal: (value, field) =>
    field.control === "percent" || field.control === "progress" ? formatPercent(value) : formatNumber(value),
  money: (value) => formatMoney(value),
  boolean: (value, _field, look) =>
    value === true ? (look.lang === "zh" ? "是" : "Yes") : look.lang === "zh" ? "否" : "No",
  date: day,
  datetime: (value, _field, look) => formatInstant(asText(value), look.lang, look.zone),
  time: (value) => asText(value).slice(0, 5),
  choice: chosen,
  choices: chosen,
  reference: linked,
  references: linked,
  person: linked,
  persons: linked,
  files: (value) =>
    isArray(value)
      ? value
          .filter(isObject)
          .map((file) => asText(file.name))
          .join("、")
      : BLANK,
  rows: (value, _field, look) =>
    isArray(value) ? `${value.length} ${look.lang === "zh" ? "行" : "rows"}` : BLANK,
  date_range: (value, _field, look) =>
    isObject(value)
      ? formatSpan(
          asText(value.from),
          asText(value.to),
          look.lang,
          look.today ?? localDay(clinicNow(), look.zone),
        )
      : BLANK,
};

/** One line of text for any value; the fallback when a control has no look of its own. */
export const formatValue = (value: Json | undefined, field: FieldPlan, look: Look): string => {
  if (value === undefined || value === null || isBlank(value)) return BLANK;
  const write = WRITERS[field.value_type ?? ""];
  if (write) return write(value, field, look);
  if (isObject(value))
    return asText(value.label) || asText(value.text) || asText(value.name) || JSON.stringify(value);
  if (isArray(value))
    return value.map((item) => formatValue(item, { ...field, value_type: "text" }, look)).join("、");
  return typeof value === "boolean" ? (WRITERS.boolean?.(value, field, look) ?? "") : String(value);
};

const RIGHT = new Set(["integer", "decimal", "money"]);

export const isRightAligned = (field: FieldPlan): boolean =>
  RIGHT.has(field.value_type ?? "") && !["rating", "pain_vas", "slider", "progress"].includes(field.control);
