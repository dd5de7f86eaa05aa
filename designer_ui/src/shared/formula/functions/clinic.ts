/** Clinic (诊所): body measures, acupuncture points, injections, scores, follow-ups. Charts of teeth: `teeth.ts`. */

import { ordered } from "../compare";
import type { Context } from "../evaluate";
import acupoints from "../facts/acupoints.json";
import { fail } from "../failure";
import { addDays, isoWeekday } from "../moments";
import { add, Decimal, divide, fifteen, multiply, quantized, settle, subtract, wide, ZERO } from "../number";
import { Day, isDecimal, isList, isRow, type Row, type Value } from "../values";
import { yearsOld } from "./dateParts";
import { shifted } from "./dates";
import {
  asNumber,
  type Body,
  dayAt,
  type Family,
  type Given,
  itemsOf,
  momentAt,
  numberAt,
  textAt,
  valueAt,
  valuesOf,
} from "./read";

const positive = (given: Given): [Decimal, Decimal] => {
  const [weight, height] = [numberAt(given, 0), numberAt(given, 1)];
  return weight.lte(0) || height.lte(0) ? fail("formula.bad_number") : [weight, height];
};

const HALF_UP = 4;

const rounded = (value: Decimal, places: number): Decimal =>
  quantized(value, places, HALF_UP) ?? fail("formula.bad_number");

const bodyMass: Body = (given) => {
  const [weight, height] = positive(given);
  const metres = divide(height, new Decimal(100));
  return rounded(divide(weight, multiply(metres, metres)), 1);
};

/** Mosteller: square metres of a body's surface. */
const bodySurface: Body = (given) => {
  const [weight, height] = positive(given);
  return rounded(fifteen(wide(divide(multiply(weight, height), new Decimal(3600))).sqrt()), 2);
};

const pointsOf = (chart: Value): Row[] => {
  const points = isRow(chart) ? chart.points : chart;
  return points !== undefined && isList(points) ? points.filter(isRow) : [];
};

const BOTH_SIDES = new Set<Value>(["LR", "B", "both", "双"]);

const needles: Body = (given) => {
  const chart = valueAt(given, 0);
  if (chart === null) return null;
  return new Decimal(
    pointsOf(chart).reduce((sum, one) => sum + (BOTH_SIDES.has(one.side ?? null) ? 2 : 1), 0),
  );
};

const names: ReadonlyMap<string, string> = new Map(Object.entries(acupoints));

const point =
  (at: number): Body =>
  (given) => {
    const code = textAt(given, 0).trim().toUpperCase();
    return code ? (names.get(code)?.split(" ")[at] ?? fail("formula.not_found")) : null;
  };

const unitsUsed: Body = (given) => {
  const [chart, product] = [valueAt(given, 0), textAt(given, 1)];
  if (chart === null) return null;
  let sum = ZERO;
  for (const one of pointsOf(chart)) {
    const amount = one.amount === undefined ? (one.units ?? null) : one.amount;
    if (!isDecimal(amount) && typeof amount !== "string") continue;
    if (!product || product === one.product || product === one.lot) sum = add(sum, amountOf(amount));
  }
  return sum;
};

const AMOUNT = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/iu;

const amountOf = (raw: Decimal | string): Decimal => {
  if (typeof raw === "string" && !AMOUNT.test(raw)) return fail("formula.bad_number");
  const number = new Decimal(typeof raw === "string" ? raw.trim() : raw);
  return number.abs().gt(1e15) ? fail("formula.bad_number") : settle(number);
};

const scoreBand: Body = (given) => {
  const [score, pairs] = [valueAt(given, 0), valuesOf(given, 1)];
  if (score === null) return null;
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const limit = pairs[at] ?? null;
    if (limit !== null && asNumber(score).lte(asNumber(limit))) return pairs[at + 1] ?? null;
  }
  return pairs.length % 2 ? (pairs.at(-1) ?? null) : fail("formula.not_found");
};

const sessionsLeft: Body = (given) => {
  if (valueAt(given, 0) === null) return null;
  const gone = [1, 2].map((at) => (valueAt(given, at) === null ? ZERO : numberAt(given, at)));
  return gone.reduce(subtract, numberAt(given, 0));
};

const dayOrToday = (given: Given, at: number, context: Context): Day =>
  valueAt(given, at) === null ? context.today : dayAt(given, at, context);

const daysSince: Body = (given, context) => {
  if (valueAt(given, 0) === null) return null;
  return new Decimal(dayOrToday(given, 1, context).n - dayAt(given, 0, context).n);
};

const ageAt: Body = (given, context) => {
  const [born, then] = [dayAt(given, 0, context), dayAt(given, 1, context)];
  return then.n < born.n ? fail("formula.bad_date") : new Decimal(yearsOld(born, then));
};

/** A recall is not booked on a weekend: the next Monday instead. */
const nextRecall: Body = (given, context) => {
  momentAt(given, 0);
  const moved = shifted(
    dayAt(given, 0, context),
    numberAt(given, 1),
    textAt(given, 2) || "month",
    context.zone,
  );
  if (!(moved instanceof Day)) return fail("formula.bad_value");
  const weekday = isoWeekday(moved);
  return weekday >= 6 ? addDays(moved, 8 - weekday) : moved;
};

const slotFree: Body = (given) => {
  const [start, end] = [valueAt(given, 2), valueAt(given, 3)];
  if (start === null || end === null) return fail("formula.bad_value");
  const [starts, ends] = [itemsOf(valueAt(given, 0)), itemsOf(valueAt(given, 1))];
  const isTaken = (from: Value, to: Value): boolean => ordered("<", from, end) && ordered("<", start, to);
  return !starts.some((from, at) => isTaken(from, ends[at] ?? null));
};

export const clinic: Family = {
  BMI: bodyMass,
  BSA: bodySurface,
  POINTCOUNT: needles,
  POINTNAME: point(0),
  MERIDIAN: point(1),
  UNITSUSED: unitsUsed,
  PAINDELTA: (given) => subtract(numberAt(given, 0), numberAt(given, 1)),
  SCOREBAND: scoreBand,
  SESSIONSLEFT: sessionsLeft,
  NEXTRECALL: nextRecall,
  POSTOPDAY: daysSince,
  AGEATVISIT: ageAt,
  SLOTFREE: slotFree,
};
