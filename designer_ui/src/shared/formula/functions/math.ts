/** Mathematics (数学): exact sums and roundings; roots, powers and logarithms to 15 digits. */

import { Decimal as Base } from "decimal.js";
import { fail } from "../failure";
import {
  add,
  Decimal,
  divide,
  fifteen,
  multiply,
  ONE,
  power,
  quantized,
  settle,
  total,
  toWhole,
  Wide,
  whole,
  wide,
  ZERO,
} from "../number";
import {
  type Body,
  countOf,
  type Family,
  type Given,
  numberAt,
  numbersIn,
  valueAt,
  valuesOf,
  wholeAt,
} from "./read";

const PI = new Decimal("3.14159265358979");
const MOST_PLACES = 30;

const toPlaces = (value: Decimal, digits: number, rounding: Base.Rounding): Decimal => {
  const places = Math.max(-MOST_PLACES, Math.min(MOST_PLACES, digits));
  const rounded = quantized(value, places, rounding);
  if (rounded === null) return value;
  return places >= 0 ? settle(rounded) : toWhole(rounded, rounding);
};

const places =
  (rounding: Base.Rounding): Body =>
  (given) =>
    toPlaces(numberAt(given, 0), wholeAt(given, 1), rounding);

const round: Body = (given) => {
  if (valueAt(given, 0) === null) return null;
  const digits = valueAt(given, 1) === null ? 0 : wholeAt(given, 1);
  return toPlaces(numberAt(given, 0), digits, Base.ROUND_HALF_UP);
};

const nearestMultiple: Body = (given) => {
  const [value, unit] = [numberAt(given, 0), numberAt(given, 1)];
  if (unit.isZero() || value.isZero()) return ZERO;
  if (value.lt(0) !== unit.lt(0)) return fail("formula.bad_number");
  return multiply(toWhole(divide(value, unit), Base.ROUND_HALF_UP), unit);
};

/** With a negative step the direction is away from or towards zero, as Excel does it. */
const stepped =
  (rounding: Base.Rounding): Body =>
  (given) => {
    const [value, unit] = [numberAt(given, 0), given.length > 1 ? numberAt(given, 1) : ONE];
    if (unit.isZero()) return rounding === Base.ROUND_FLOOR && !value.isZero() ? fail("formula.div0") : ZERO;
    if (value.gt(0) && unit.lt(0)) return fail("formula.bad_number");
    return multiply(toWhole(divide(value, unit), rounding), unit);
  };

const modulo: Body = (given) => {
  const [value, divisor] = [numberAt(given, 0), numberAt(given, 1)];
  if (divisor.isZero()) return fail("formula.div0");
  const isNear = value.abs().lt(divisor.abs().times(new Decimal(10).pow(40)));
  const rest = isNear ? value.mod(divisor) : ZERO;
  return !rest.isZero() && rest.lt(0) !== divisor.lt(0) ? add(rest, divisor) : settle(rest);
};

const root: Body = (given) => {
  const value = numberAt(given, 0);
  return value.lt(0) ? fail("formula.bad_number") : fifteen(wide(value).sqrt());
};

const exponential: Body = (given) => {
  const value = numberAt(given, 0);
  if (value.gt(2000)) return fail("formula.too_large");
  return fifteen(Wide.exp(Decimal.max(value, -2000)));
};

const logarithm: Body = (given) => {
  const [value, base] = [numberAt(given, 0), given.length > 1 ? numberAt(given, 1) : new Decimal(10)];
  if (value.lte(0) || base.lte(0)) return fail("formula.bad_number");
  if (base.eq(1)) return fail("formula.div0");
  if (base.eq(10)) return fifteen(Wide.log10(wide(value)));
  return fifteen(wide(value).ln().div(wide(base).ln()));
};

const naturalLogarithm: Body = (given) => {
  const value = numberAt(given, 0);
  return value.lte(0) ? fail("formula.bad_number") : fifteen(wide(value).ln());
};

const odd: Body = (given) => {
  const value = numberAt(given, 0);
  const size = toWhole(value.abs(), Base.ROUND_CEIL);
  const found = size.mod(2).isZero() ? add(size, ONE) : size;
  return value.lt(0) ? found.neg() : found;
};

const between: Body = (given) => {
  const [low, high] = [numberAt(given, 0).ceil(), numberAt(given, 1).floor()];
  if (low.gt(high)) return fail("formula.bad_number");
  return settle(low.plus(high.minus(low).plus(1).times(Math.random()).floor()));
};

const MOST_DIVISIBLE = 10 ** 15;

const commonDivisor: Body = (given) => {
  const counts = numbersIn(valuesOf(given)).map((one) => countOf(whole(one), 0, MOST_DIVISIBLE));
  return new Decimal(
    counts.reduce((one, other) => {
      let [a, b] = [one, other];
      while (b) [a, b] = [b, a % b];
      return a;
    }, 0),
  );
};

const one =
  (work: (value: Decimal) => Decimal): Body =>
  (given: Given) =>
    work(numberAt(given, 0));

export const math: Family = {
  SUM: (given) => total(numbersIn(valuesOf(given))),
  PRODUCT: (given) => {
    const found = numbersIn(valuesOf(given));
    return found.length ? found.reduce(multiply, ONE) : ZERO;
  },
  ROUND: round,
  ROUNDUP: places(Base.ROUND_UP),
  ROUNDDOWN: places(Base.ROUND_DOWN),
  TRUNC: places(Base.ROUND_DOWN),
  MROUND: nearestMultiple,
  CEILING: stepped(Base.ROUND_CEIL),
  FLOOR: stepped(Base.ROUND_FLOOR),
  INT: one((value) => toPlaces(value, 0, Base.ROUND_FLOOR)),
  MOD: modulo,
  QUOTIENT: (given) => toWhole(divide(numberAt(given, 0), numberAt(given, 1)), Base.ROUND_DOWN),
  ABS: one((value) => settle(value.abs())),
  SIGN: one((value) => new Decimal(value.cmp(0))),
  POWER: (given) => power(numberAt(given, 0), numberAt(given, 1)),
  SQRT: root,
  EXP: exponential,
  LN: naturalLogarithm,
  LOG: logarithm,
  LOG10: logarithm,
  PI: () => PI,
  RAND: () => new Decimal(Math.random()),
  RANDBETWEEN: between,
  EVEN: one((value) => multiply(toWhole(divide(value, new Decimal(2)), Base.ROUND_UP), new Decimal(2))),
  ODD: odd,
  GCD: commonDivisor,
};
