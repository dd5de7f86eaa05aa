/** What equality and order mean: blank and "" are alike, Latin letters have no case, kinds do not mix. */

import { fail } from "./failure";
import { ONE, plain, ZERO } from "./number";
import { Clock, Day, Instant, isDecimal, isList, isRow, Range, type Row, Span, type Value } from "./values";

/** A to Z made small and all else as it is. */
export const caseless = (text: string): string => text.replace(/[A-Z]+/g, (found) => found.toLowerCase());

export const isBlank = (value: Value): boolean => value === null || value === "";

export const same = (a: Value, b: Value): boolean => {
  if (isBlank(a)) return isBlank(b);
  if (isBlank(b)) return false;
  if (typeof a === "string" && typeof b === "string") return caseless(a) === caseless(b);
  if (isList(a) && isList(b)) return a.length === b.length && a.every((one, at) => same(one, b[at] ?? null));
  return exactly(a, b);
};

/** Equality of two values of one kind; texts with case. */
export const exactly = (a: Value, b: Value): boolean => {
  if (a === b) return true;
  if (isDecimal(a)) return isDecimal(b) && a.eq(b);
  if (a instanceof Day) return b instanceof Day && a.n === b.n;
  if (a instanceof Instant) return b instanceof Instant && a.us === b.us;
  if (a instanceof Clock) return b instanceof Clock && a.us === b.us;
  if (a instanceof Span) return b instanceof Span && a.us === b.us;
  if (a instanceof Range) return b instanceof Range && exactly(a.start, b.start) && exactly(a.end, b.end);
  if (isList(a))
    return isList(b) && a.length === b.length && a.every((one, at) => exactly(one, b[at] ?? null));
  return isRow(a) && isRow(b) && sameRows(a, b);
};

const sameRows = (a: Row, b: Row): boolean => {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && exactly(a[key] ?? null, b[key] ?? null))
  );
};

/** Order by code point, which is not that of UTF-16 beyond the first 65,536 characters. */
export const byCodePoint = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at > 0 && /[\udc00-\udfff]/.test((a[at] ?? "") + (b[at] ?? ""))) at--;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
};

/** Below, equal or above zero; both values are of one kind and not blank. Texts as they are. */
export const order = (a: Value, b: Value): number => {
  const [left, right] = [asNumber(a), asNumber(b)];
  if (isDecimal(left) && isDecimal(right)) return left.cmp(right);
  if (typeof a === "string" && typeof b === "string") return byCodePoint(a, b);
  if (a instanceof Day && b instanceof Day) return a.n - b.n;
  if (a instanceof Clock && b instanceof Clock) return a.us - b.us;
  if ((a instanceof Instant && b instanceof Instant) || (a instanceof Span && b instanceof Span)) {
    return a.us < b.us ? -1 : Number(a.us > b.us);
  }
  return fail("formula.bad_value");
};

const asNumber = (value: Value): Value => (typeof value === "boolean" ? (value ? ONE : ZERO) : value);

export const folded = (value: Value): Value => (typeof value === "string" ? caseless(value) : value);

/** `<` and its kin: false with a blank; texts caseless, options as they are. */
export const ordered = (op: string, a: Value, b: Value, kind = ""): boolean => {
  if (a === null || b === null) return false;
  const isText = kind === "text" || kind === "any";
  if (isText && (a === "" || b === "")) return false;
  const step = isText ? order(folded(a), folded(b)) : order(a, b);
  if (op === "<") return step < 0;
  if (op === "<=") return step <= 0;
  return op === ">" ? step > 0 : step >= 0;
};

/** A text that two values share when a set would take them for one. */
export const keyOf = (value: Value): string => {
  const number = asNumber(value);
  if (isDecimal(number)) return `n${plain(number)}`;
  if (typeof value === "string") return `s${caseless(value)}`;
  if (value instanceof Day) return `d${value.n}`;
  if (value instanceof Instant) return `i${value.us}`;
  if (value instanceof Clock) return `c${value.us}`;
  if (value instanceof Span) return `p${value.us}`;
  if (isList(value)) return `[${value.map(keyOf).join()}]`;
  return isRow(value) ? `{${Object.entries(value).map(([key, one]) => `${key}:${keyOf(one)}`)}}` : "-";
};
