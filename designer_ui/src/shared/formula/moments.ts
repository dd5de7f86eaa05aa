/** Days, instants and times in the zone of the clinic. Calendars are reckoned by hand; only zones ask the browser. */

import { fail } from "./failure";
import { Clock, Day, Instant, Span } from "./values";

export interface Ymd {
  year: number;
  month: number;
  day: number;
}

const DAY = 86_400_000_000n;
const FIRST = -719_162; // 0001-01-01
const LAST = 2_932_896; // 9999-12-31
const LAST_SECOND = 8_640_000_000_000;

/** Days since 1970-01-01 of a date (Howard Hinnant's days_from_civil). */
const fromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719_468;
};

export const ymd = (day: Day): Ymd => {
  const z = day.n + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
  };
};

export const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
};

export const makeDay = (year: number, month: number, day: number): Day => {
  const fits =
    year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return fits ? new Day(fromCivil(year, month, day)) : fail("formula.bad_date");
};

export const dayAt = (n: number): Day => (n >= FIRST && n <= LAST ? new Day(n) : fail("formula.bad_date"));

export const addDays = (day: Day, days: number): Day => dayAt(day.n + days);

export const addMonths = (day: Day, months: number): Day => {
  const at = ymd(day);
  const count = at.year * 12 + at.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  if (year < 1 || year > 9999) return fail("formula.bad_date");
  return makeDay(year, month, Math.min(at.day, daysInMonth(year, month)));
};

/** 1 Monday … 7 Sunday. */
export const isoWeekday = (day: Day): number => ((((day.n + 3) % 7) + 7) % 7) + 1;

const pad = (value: number, size: number): string => String(value).padStart(size, "0");

export const dayText = (day: Day): string => {
  const at = ymd(day);
  return `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)}`;
};

const DAY_SHAPE = /^(\d{4})-(\d{2})-(\d{2})$/;
const CLOCK_SHAPE = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;
const INSTANT_SHAPE = /^(\d{4}-\d{2}-\d{2})[T ]([\d:.]+)(Z|[+-]\d{2}:?\d{2})?$/;

export const readDay = (text: string): Day => {
  const found = DAY_SHAPE.exec(text);
  return found ? makeDay(Number(found[1]), Number(found[2]), Number(found[3])) : fail("formula.bad_date");
};

export const readClock = (text: string): Clock => {
  const found = CLOCK_SHAPE.exec(text);
  if (!found) return fail("formula.bad_date");
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return fail("formula.bad_date");
  return new Clock(
    ((hour * 60 + minute) * 60 + second) * 1_000_000 + Number((found[4] ?? "").padEnd(6, "0")),
  );
};

/** An ISO instant; without an offset it is local to `zone`. */
export const readInstant = (text: string, zone: string): Instant => {
  const found = INSTANT_SHAPE.exec(text);
  if (!found?.[1] || !found[2]) return fail("formula.bad_date");
  const day = readDay(found[1]);
  const clock = readClock(found[2]);
  const offset = found[3];
  if (offset === undefined) return instantAt(day, clock, zone);
  const wall = BigInt(day.n) * DAY + BigInt(clock.us);
  if (offset === "Z") return placedAt(wall);
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return placedAt(wall - BigInt((offset.startsWith("-") ? -minutes : minutes) * 60_000_000));
};

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      era: "short",
    });
    formats.set(zone, format);
  }
  return format;
};

/** Microseconds that the clock on the wall is ahead of UTC at an instant. */
const offsetAt = (us: bigint, zone: string): bigint => {
  if (zone === "UTC") return 0n;
  const second = Number(floorDiv(us, 1_000_000n));
  if (Math.abs(second) > LAST_SECOND) return fail("formula.bad_date");
  const part: Record<string, string> = {};
  for (const one of formatOf(zone).formatToParts(second * 1000)) part[one.type] = one.value;
  const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year);
  const days = fromCivil(year, Number(part.month), Number(part.day));
  const wall = days * 86_400 + Number(part.hour) * 3600 + Number(part.minute) * 60 + Number(part.second);
  return BigInt(wall - second) * 1_000_000n;
};

/** The instant of a local day and time. Of an hour that comes twice the first counts; one that is skipped is
 * reckoned with the offset before it. */
export const instantAt = (day: Day, clock: Clock, zone: string): Instant => {
  const wall = BigInt(day.n) * DAY + BigInt(clock.us);
  const before = offsetAt(wall - DAY, zone);
  const after = offsetAt(wall + DAY, zone);
  const takesAfter =
    before !== after && offsetAt(wall - before, zone) !== before && offsetAt(wall - after, zone) === after;
  return placedAt(wall - (takesAfter ? after : before));
};

/** An instant, or an error value outside the years 1 to 9999. */
export const placedAt = (us: bigint): Instant => {
  dayAt(Number(floorDiv(us, DAY)));
  return new Instant(us);
};

const floorDiv = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

/** Day and time of day on the wall in `zone`. */
export const localOf = (instant: Instant, zone: string): Local => {
  const wall = instant.us + offsetAt(instant.us, zone);
  const days = floorDiv(wall, DAY);
  return { day: dayAt(Number(days)), clock: new Clock(Number(wall - days * DAY)) };
};

export interface Local {
  day: Day;
  clock: Clock;
}

/** The local day of a day or instant. */
export const dayOf = (value: Day | Instant, zone: string): Day =>
  value instanceof Instant ? localOf(value, zone).day : value;

const clockParts = (us: number): string[] => {
  const second = Math.floor(us / 1_000_000);
  return [pad(Math.floor(second / 3600), 2), pad(Math.floor(second / 60) % 60, 2), pad(second % 60, 2)];
};

export const clockText = (clock: Clock): string => {
  const [hour, minute, second] = clockParts(clock.us);
  return second === "00" ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
};

/** As `&` shows it: local, to the minute, seconds only where there are some. */
export const instantText = (instant: Instant, zone: string): string => {
  const { day, clock } = localOf(instant, zone);
  return `${dayText(day)} ${clockText(clock)}`;
};

/** ISO in UTC with a Z, as the API carries it. */
export const instantIso = (instant: Instant): string => {
  const { day, clock } = localOf(instant, "UTC");
  const [hour, minute, second] = clockParts(clock.us);
  const rest = clock.us % 1_000_000;
  return `${dayText(day)}T${hour}:${minute}:${second}${rest ? `.${pad(rest, 6)}` : ""}Z`;
};

const LONGEST = 999_999_999n * DAY;

/** A length of time, or an error value where it is longer than lengths can be. */
export const spanOf = (us: bigint): Span =>
  us > LONGEST || us < -LONGEST ? fail("formula.bad_date") : new Span(us);

/** The Monday-based week of the international standard. */
export const isoWeek = (day: Day): number => {
  const thursday = day.n + 4 - isoWeekday(day);
  const first = makeDay(ymd(new Day(thursday)).year, 1, 1);
  return Math.floor((thursday - first.n) / 7) + 1;
};
