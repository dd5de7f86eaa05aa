/** What the operators mean; `+ - * /` count a blank as 0 unless every operand is blank. */

import { exactly, isBlank, ordered, same } from "./compare";
import { ofSeconds, secondsOf } from "./convert";
import { fail } from "./failure";
import { addDays, dayOf, placedAt, spanOf } from "./moments";
import { add, Decimal, divide, multiply, power, subtract, whole, ZERO } from "./number";
import { Day, Instant, isDecimal, isList, Range, Span, type Value } from "./values";

const MOST_TEXT = 65_536;

/** The text, unless it has too many characters. */
export const limited = (text: string): string =>
  text.length > MOST_TEXT && [...text].length > MOST_TEXT ? fail("formula.too_large") : text;

/** `left` and `right` are the static types of the operands. */
export const operate = (op: string, a: Value, b: Value, left: string, right: string, zone: string): Value => {
  const kind = left.split(" ", 1)[0] ?? left;
  switch (op) {
    case "=":
      return equal(a, b, kind);
    case "<>":
      return !equal(a, b, kind);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(op, a, b, kind);
    case "&":
      return limited(`${a ?? ""}${b ?? ""}`);
    case "in":
      return contains(a, b, kind);
    case "within":
      return within(a, b, zone);
    default:
      return left === "number" && right === "number" ? numbers(op, a, b) : moments(op, a, b, right);
  }
};

const equal = (a: Value, b: Value, kind: string): boolean =>
  kind === "option" || kind === "record" ? exactly(a === "" ? null : a, b === "" ? null : b) : same(a, b);

/** A blank is in no list; texts caseless, options and ids as they are. */
const contains = (a: Value, b: Value, kind: string): boolean => {
  if (isBlank(a) || !isList(b)) return false;
  const test = kind === "text" || kind === "any" ? same : exactly;
  return b.some((one) => test(a, one));
};

/** Both ends belong to the range, an open end has no limit, one open at both ends is blank. */
const within = (value: Value, span: Value, zone: string): boolean => {
  if (!(value instanceof Day || value instanceof Instant) || !(span instanceof Range)) return false;
  if (span.start === null && span.end === null) return false;
  const isExact = value instanceof Instant && (span.start ?? span.end) instanceof Instant;
  const at = isExact ? value : dayOf(value, zone);
  const end = (one: Day | Instant | null): Value => (one === null || isExact ? one : dayOf(one, zone));
  const [first, last] = [end(span.start), end(span.end)];
  return (first === null || ordered("<=", first, at)) && (last === null || ordered("<=", at, last));
};

const numbers = (op: string, a: Value, b: Value): Value => {
  if (a === null && b === null) return null;
  const [x, y] = [numberOr0(a), numberOr0(b)];
  if (op === "+") return add(x, y);
  if (op === "-") return subtract(x, y);
  if (op === "*") return multiply(x, y);
  return op === "/" ? divide(x, y) : power(x, y);
};

const numberOr0 = (value: Value): Decimal =>
  value === null ? ZERO : isDecimal(value) ? value : fail("formula.bad_number");

const moments = (op: string, a: Value, b: Value, right: string): Value => {
  if (a === null || b === null) {
    return (op === "+" || op === "-") && (right === "number" || right === "duration") ? a : null;
  }
  if (a instanceof Day && b instanceof Day) return new Decimal(a.n - b.n);
  if (a instanceof Instant && b instanceof Instant) return spanOf(a.us - b.us);
  if (a instanceof Day || a instanceof Instant) {
    if (isDecimal(b)) return moved(a, op === "+" ? b : b.neg());
    if (a instanceof Instant && b instanceof Span) return placedAt(op === "+" ? a.us + b.us : a.us - b.us);
  }
  if (isDecimal(a) && (b instanceof Day || b instanceof Instant)) return moved(b, a);
  if (a instanceof Span && b instanceof Instant) return placedAt(b.us + a.us);
  return spans(op, a, b);
};

/** A date takes whole days, an instant parts of a day too. */
const moved = (at: Day | Instant, days: Decimal): Value => {
  if (days.abs().gt(1e10)) return fail("formula.bad_date");
  return at instanceof Day
    ? addDays(at, whole(days))
    : placedAt(at.us + BigInt(multiply(days, new Decimal(86_400_000_000)).trunc().toFixed()));
};

const spans = (op: string, a: Value, b: Value): Value => {
  if (a instanceof Span && b instanceof Span) {
    if (op === "+") return spanOf(a.us + b.us);
    if (op === "-") return spanOf(a.us - b.us);
    return divide(secondsOf(a), secondsOf(b));
  }
  const count = (one: Value): Decimal => (one instanceof Span ? secondsOf(one) : numberOr0(one));
  return ofSeconds(op === "*" ? multiply(count(a), count(b)) : divide(count(a), count(b)));
};
