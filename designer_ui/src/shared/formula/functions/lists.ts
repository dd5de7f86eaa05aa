/** Lists and relations (列表与关联): items count from 1, a blank list has none. LOOKUP, QUERY and LINKED are the server's. */

import { exactly, folded, isBlank, keyOf, order, same } from "../compare";
import { fromJson } from "../convert";
import { fail } from "../failure";
import { add, Decimal, whole, ZERO } from "../number";
import { limited } from "../operators";
import { isList, isRow, type Value } from "../values";
import {
  asNumber,
  type Body,
  eachAt,
  type Family,
  filled,
  itemsOf,
  MOST_ITEMS,
  textAt,
  valueAt,
  valuesOf,
} from "./read";
import { groupSum } from "./statistics";

const items = (given: Parameters<Body>[0], at = 0): readonly Value[] => itemsOf(valueAt(given, at));

const index: Body = (given) => {
  const [found, place] = [items(given), valueAt(given, 1)];
  if (place === null) return null;
  const at = whole(asNumber(place));
  if (at === 0 || Math.abs(at) > found.length) return fail("formula.not_found");
  return found[at > 0 ? at - 1 : found.length + at] ?? null;
};

const unique: Body = (given) => {
  const seen = new Map<string, Value>();
  for (const one of items(given)) {
    if (!isBlank(one) && !seen.has(keyOf(one))) seen.set(keyOf(one), one);
  }
  return [...seen.values()];
};

const sorted: Body = (given) => {
  const sign = valueAt(given, 1) === true ? -1 : 1;
  const key = (one: Value): Value => (isRow(one) || isList(one) ? keyOf(one) : folded(one));
  return filled([items(given)]).sort((a, b) => sign * order(key(a), key(b)));
};

const includes: Body = (given) => {
  const wanted = valueAt(given, 1);
  if (isBlank(wanted)) return false;
  const test = typeof wanted === "string" ? same : exactly;
  return items(given).some((one) => test(one, wanted));
};

const join: Body = (given) => {
  const parts = items(given).filter((one): one is string => typeof one === "string" && one !== "");
  return limited(parts.join(textAt(given, 1, "、")));
};

const flattened: Body = (given) => {
  const found: Value[] = [];
  const waiting = valuesOf(given).reverse();
  while (waiting.length) {
    const one = waiting.pop() ?? null;
    if (isList(one)) waiting.push(...[...one].reverse());
    else found.push(one);
    if (found.length > MOST_ITEMS) return fail("formula.too_large");
  }
  return found;
};

/** Of several at one moment the last written counts as latest, the first as earliest. */
const atExtreme =
  (sign: number): Body =>
  (given) => {
    const [moments, values] = [items(given), items(given, 1)];
    if (moments.length !== values.length) return fail("formula.bad_value");
    let best = -1;
    moments.forEach((one, at) => {
      if (one === null) return;
      const step = best < 0 ? 1 : order(one, moments[best] ?? null) * sign;
      if (step > 0 || (step === 0 && sign > 0)) best = at;
    });
    return values[best] ?? null;
  };

const runningSum: Body = (given) => {
  let sum = ZERO;
  return items(given).map((one) => {
    sum = add(sum, one === null ? ZERO : asNumber(one));
    return sum;
  });
};

const row: Body = (given) => {
  const parts = valuesOf(given);
  const made: Record<string, Value> = {};
  for (let at = 0; at < parts.length; at += 2) {
    const key = parts[at];
    if (typeof key !== "string" || key === "" || at + 1 >= parts.length) return fail("formula.bad_value");
    made[key] = parts[at + 1] ?? null;
  }
  return made;
};

export const lists: Family = {
  LIST: (given) => valuesOf(given),
  FIRST: (given) => items(given)[0] ?? null,
  LAST: (given) => items(given).at(-1) ?? null,
  INDEX: index,
  UNIQUE: unique,
  SORT: sorted,
  REVERSE: (given) => [...items(given)].reverse(),
  FILTER: (given) => items(given).filter((one) => eachAt(given, 1)(one) === true),
  MAP: (given) => items(given).map((one) => eachAt(given, 1)(one)),
  ANY: (given) => items(given).some((one) => eachAt(given, 1)(one) === true),
  ALL: (given) => items(given).every((one) => eachAt(given, 1)(one) === true),
  INCLUDES: includes,
  JOIN: join,
  FLATTEN: flattened,
  ROW: row,
  COUNTROWS: (given) => new Decimal(items(given).length),
  PREV: (given, { record, zone }, tree) => fromJson(record.previous?.[textAt(given, 0)], tree.t, zone),
  ROWNO: (_, { record }) => (record.rowNumber === undefined ? null : new Decimal(record.rowNumber)),
  PARENT: (given, { json, zone }, tree) => fromJson(json(["form", textAt(given, 0)]), tree.t, zone),
  GROUPSUM: (given) => groupSum(valueAt(given, 0), valueAt(given, 1), (key) => same(key, valueAt(given, 2))),
  LATEST: atExtreme(1),
  EARLIEST: atExtreme(-1),
  RUNNINGSUM: runningSum,
};
