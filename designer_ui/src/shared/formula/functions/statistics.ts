/** Statistics (统计): counts, averages, spread and rank. Blanks do not count. */

import { keyOf, order } from "../compare";
import { matcher } from "../criteria";
import { fail } from "../failure";
import { add, Decimal, divide, fifteen, multiply, ONE, subtract, total, whole, wide, ZERO } from "../number";
import { isDecimal, type Value } from "../values";
import {
  asNumber,
  type Body,
  type Family,
  filled,
  flat,
  itemsOf,
  numberAt,
  numbersIn,
  valueAt,
  valuesOf,
} from "./read";

const average = (found: readonly Decimal[]): Decimal => divide(total(found), new Decimal(found.length));

const upwards = (found: readonly Decimal[]): Decimal[] => [...found].sort((a, b) => a.cmp(b));

const extreme =
  (sign: number): Body =>
  (given) =>
    filled(valuesOf(given)).reduce<Value>(
      (best, one) => (best === null || order(one, best) * sign < 0 ? one : best),
      null,
    );

const median: Body = (given) => {
  const found = upwards(numbersIn(valuesOf(given)));
  const half = Math.floor(found.length / 2);
  const [low, high] = [found[half - 1], found[half]];
  if (!high) return fail("formula.bad_number");
  return found.length % 2 || !low ? high : divide(add(low, high), new Decimal(2));
};

const count =
  (test: (all: Value[]) => number): Body =>
  (given) =>
    new Decimal(test(valuesOf(given)));

/** n·Σx² − (Σx)² over n, in 60 digits. */
const squares = (found: readonly Decimal[]): Decimal => {
  const size = wide(found.length);
  const sum = wide(total(found));
  const squared = found.reduce((so, one) => so.plus(wide(one).times(wide(one))), wide(0));
  return squared.times(size).minus(sum.times(sum)).div(size);
};

const variance =
  (less: number, isRoot: boolean): Body =>
  (given) => {
    const found = numbersIn(valuesOf(given));
    if (found.length <= less) return fail("formula.div0");
    const spread = squares(found).div(found.length - less);
    return fifteen(isRoot ? (spread.lt(0) ? ZERO : spread.sqrt()) : spread);
  };

const nth =
  (isLargest: boolean): Body =>
  (given) => {
    const found = upwards(numbersIn([valueAt(given, 0)]));
    const place = whole(numberAt(given, 1));
    const at = isLargest ? found.length - place : place - 1;
    return (place >= 1 ? found[at] : undefined) ?? fail("formula.bad_number");
  };

const rank: Body = (given) => {
  const [value, found] = [numberAt(given, 0), numbersIn([valueAt(given, 1)])];
  if (!found.some((one) => one.eq(value))) return fail("formula.not_found");
  const isUp = valueAt(given, 2) === true;
  return new Decimal(1 + found.filter((one) => (isUp ? one.lt(value) : one.gt(value))).length);
};

const percentile: Body = (given) => {
  const [found, part] = [upwards(numbersIn([valueAt(given, 0)])), numberAt(given, 1)];
  if (!found.length || part.lt(0) || part.gt(1)) return fail("formula.bad_number");
  const place = multiply(part, new Decimal(found.length - 1));
  const low = whole(place);
  const [below, above] = [found[low] ?? ZERO, found[low + 1]];
  return above ? add(below, multiply(subtract(above, below), subtract(place, new Decimal(low)))) : below;
};

/** The values at whose places every list meets its condition; lists and conditions take turns. */
const chosen = (values: Value, pairs: readonly Value[]): Value[] => {
  const wanted = flat([values]);
  const tests: { list: Value[]; fits: (value: Value) => boolean }[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    tests.push({ list: flat([pairs[at] ?? null]), fits: matcher(pairs[at + 1] ?? null) });
  }
  if (tests.some((one) => one.list.length !== wanted.length)) return fail("formula.bad_value");
  return wanted.filter((_, at) => tests.every((one) => one.fits(one.list[at] ?? null)));
};

const onlyNumbers = (values: readonly Value[]): Decimal[] => values.filter(isDecimal);

/** SUMIF(among, condition, values?) */
const onCondition =
  (work: (found: Decimal[]) => Decimal): Body =>
  (given) => {
    const [among, condition, values] = [valueAt(given, 0), valueAt(given, 1), valueAt(given, 2)];
    return work(onlyNumbers(chosen(values === null ? among : values, [among, condition])));
  };

/** SUMIFS(values, among, condition, …) */
const onConditions =
  (work: (found: Decimal[]) => Decimal): Body =>
  (given) =>
    work(onlyNumbers(chosen(valueAt(given, 0), valuesOf(given, 1))));

const sumOfProducts: Body = (given) => {
  const columns = valuesOf(given).map((one) => flat([one]));
  const rows = columns[0]?.length ?? 0;
  if (columns.some((one) => one.length !== rows)) return fail("formula.bad_value");
  let sum = ZERO;
  for (let at = 0; at < rows; at++) {
    const row = columns.map((one) => (one[at] == null ? ZERO : asNumber(one[at] ?? null)));
    sum = add(sum, row.reduce(multiply, ONE));
  }
  return sum;
};

export const statistics: Family = {
  MIN: extreme(1),
  MAX: extreme(-1),
  AVERAGE: (given) => average(numbersIn(valuesOf(given))),
  MEDIAN: median,
  COUNT: count((all) => flat(all).filter(isDecimal).length),
  COUNTA: count((all) => filled(all).length),
  COUNTBLANK: count((all) => flat(all).length - filled(all).length),
  COUNTUNIQUE: count((all) => new Set(filled(all).map(keyOf)).size),
  SUMIF: onCondition(total),
  SUMIFS: onConditions(total),
  COUNTIF: (given) => new Decimal(chosen(valueAt(given, 0), [valueAt(given, 0), valueAt(given, 1)]).length),
  COUNTIFS: (given) => new Decimal(chosen(valueAt(given, 0), valuesOf(given)).length),
  AVERAGEIF: onCondition(average),
  AVERAGEIFS: onConditions(average),
  SUMPRODUCT: sumOfProducts,
  STDEV: variance(1, true),
  STDEVP: variance(0, true),
  VAR: variance(1, false),
  VARP: variance(0, false),
  LARGE: nth(true),
  SMALL: nth(false),
  RANK: rank,
  PERCENTILE: percentile,
};

/** The sum of the values whose key, at the same place, is `wanted`. */
export const groupSum = (keys: Value, values: Value, test: (key: Value) => boolean): Decimal => {
  const [groups, numbers] = [itemsOf(keys), itemsOf(values)];
  if (groups.length !== numbers.length) return fail("formula.bad_value");
  return total(numbersIn(numbers.filter((_, at) => test(groups[at] ?? null))));
};
