/** How bodies read their arguments. What is of another kind than the signature says is an error value. */

import { isBlank } from "../compare";
import type { Argument, Context, Each, Scope, Tree } from "../evaluate";
import { fail } from "../failure";
import { dayOf } from "../moments";
import { type Decimal, ONE, whole, ZERO } from "../number";
import { Day, Instant, isDecimal, isList, type Value } from "../values";

export type Given = readonly Argument[];
export type Body = (given: Given, context: Context, tree: Tree) => Value;

/** A function as the browser runs it: `lazy` works its arguments out itself. */
export interface Made {
  readonly lazy?: (args: readonly Tree[], scope: Scope, tree: Tree) => Value;
  readonly body: Body;
}

export type Family = Readonly<Record<string, Body>>;

export const MOST_TEXT = 65_536;
export const MOST_ITEMS = 10_000;

export const valueAt = (given: Given, at: number): Value => {
  const one = given[at];
  return one === undefined || typeof one === "function" ? null : one;
};

export const valuesOf = (given: Given, from = 0): Value[] =>
  given.slice(from).map((_, at) => valueAt(given, from + at));

export const eachAt = (given: Given, at: number): Each => {
  const one = given[at];
  return typeof one === "function" ? one : () => fail("formula.bad_value");
};

export const asNumber = (value: Value): Decimal => {
  if (typeof value === "boolean") return value ? ONE : ZERO;
  return isDecimal(value) ? value : fail("formula.bad_number");
};

export const numberAt = (given: Given, at: number): Decimal => asNumber(valueAt(given, at));

/** A number cut to a whole one; `absent` where the argument was left out. */
export const wholeAt = (given: Given, at: number, absent = 0): number =>
  at < given.length ? whole(numberAt(given, at)) : absent;

export const textAt = (given: Given, at: number, absent = ""): string => {
  const value = at < given.length ? valueAt(given, at) : absent;
  return typeof value === "string" ? value : value === null ? "" : fail("formula.bad_value");
};

export const momentAt = (given: Given, at: number): Day | Instant => {
  const value = valueAt(given, at);
  return value instanceof Day || value instanceof Instant ? value : fail("formula.bad_date");
};

export const dayAt = (given: Given, at: number, context: Context): Day =>
  dayOf(momentAt(given, at), context.zone);

/** Single values and the items of lists, blanks too. */
export const flat = (values: readonly Value[]): Value[] =>
  values.flatMap((one) => (isList(one) ? [...one] : [one]));

/** What is not blank, lists flattened. */
export const filled = (values: readonly Value[]): Value[] => flat(values).filter((one) => !isBlank(one));

/** The numbers among the values, lists flattened, blanks left out. */
export const numbersIn = (values: readonly Value[]): Decimal[] =>
  flat(values)
    .filter((one) => one !== null)
    .map(asNumber);

export const itemsOf = (value: Value): readonly Value[] =>
  value === null ? [] : isList(value) ? value : [value];

/** A count or position cut to a whole number; below `least` it is an error value. */
export const countOf = (number: number, least = 0, most = MOST_TEXT): number =>
  number < least ? fail("formula.bad_value") : Math.min(number, most);

export const countAt = (given: Given, at: number, absent: number, least = 0): number =>
  countOf(wholeAt(given, at, absent), least);
