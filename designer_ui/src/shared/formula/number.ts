/** The arithmetic of formulas, as on the server: 34 significant digits, small numbers 33 decimals, half away from zero. */

import { Decimal as Base } from "decimal.js";
import { fail } from "./failure";

/** Wide enough for sums and products of two numbers to be exact before `settle` rounds them, once. */
export const Decimal = Base.clone({ precision: 150, rounding: Base.ROUND_HALF_UP, maxE: 5000, minE: -5000 });
export type Decimal = Base;

/** Roots, powers and sums of squares: 60 digits, as the server's. */
export const Wide = Base.clone({ precision: 60, rounding: Base.ROUND_HALF_UP, maxE: 20_000, minE: -20_000 });

const DIGITS = 34;
const LARGEST = 999;
export const ZERO = new Decimal(0);
export const ONE = new Decimal(1);

/** Bring a result into the shape every back end has; too large is an error value. */
export const settle = (value: Base): Decimal => {
  if (value.isNaN()) return fail("formula.bad_number");
  if (!value.isFinite()) return fail("formula.too_large");
  const rounded = value.e < 0 ? value.toDecimalPlaces(DIGITS - 1) : value.toSignificantDigits(DIGITS);
  return rounded.e > LARGEST ? fail("formula.too_large") : new Decimal(rounded);
};

/** Fifteen significant digits, for roots, powers and logarithms. */
export const fifteen = (value: Base): Decimal =>
  settle(value.isFinite() ? value.toSignificantDigits(15) : value);

export const wide = (value: Decimal | number): Base => new Wide(value);

/** The digits without exponent and without zeros at the end. */
export const plain = (value: Decimal): string => (value.isZero() ? "0" : value.toFixed());

/** Cut towards zero, as counts and positions are read. */
export const whole = (value: Decimal): number => value.trunc().toNumber();

export const add = (a: Decimal, b: Decimal): Decimal => settle(a.plus(b));
export const subtract = (a: Decimal, b: Decimal): Decimal => settle(a.minus(b));
export const multiply = (a: Decimal, b: Decimal): Decimal => settle(a.times(b));
export const divide = (a: Decimal, b: Decimal): Decimal =>
  b.isZero() ? fail("formula.div0") : settle(a.div(b));
export const total = (values: readonly Decimal[]): Decimal => values.reduce(add, ZERO);

/** Round at `places` decimals; null where that takes more digits than there are. */
export const quantized = (value: Decimal, places: number, rounding: Base.Rounding): Decimal | null => {
  if (places >= 0) {
    const rounded = value.toDecimalPlaces(places, rounding);
    return rounded.isZero() || rounded.e + places + 1 <= DIGITS ? rounded : null;
  }
  const unit = new Decimal(10).pow(-places);
  const rounded = value.div(unit).toDecimalPlaces(0, rounding);
  return rounded.isZero() || rounded.e + 1 <= DIGITS ? rounded.times(unit) : null;
};

/** To a whole number, or an error value where it has too many digits. */
export const toWhole = (value: Decimal, rounding: Base.Rounding): Decimal =>
  quantized(value, 0, rounding) ?? fail("formula.bad_number");

/** `base` to the power of `exponent`; 0^0 is an error value as in Excel. 15 digits unless a whole power. */
export const power = (base: Decimal, exponent: Decimal): Decimal => {
  if (exponent.abs().gt(1000)) return fail("formula.too_large");
  if (base.isZero()) {
    if (exponent.lte(0)) return fail(exponent.isZero() ? "formula.bad_number" : "formula.div0");
    return ZERO;
  }
  if (exponent.isInteger()) {
    const size = base.e * exponent.toNumber();
    if (size > 900) return fail("formula.too_large");
    if (exponent.gte(0) && base.isInteger() && size < 30) return new Decimal(wholePower(base, exponent));
  } else if (base.lt(0)) {
    return fail("formula.bad_number");
  }
  return fifteen(wide(base).pow(wide(exponent)));
};

const wholePower = (base: Decimal, exponent: Decimal): string =>
  (BigInt(base.toFixed()) ** BigInt(exponent.toFixed())).toString();
