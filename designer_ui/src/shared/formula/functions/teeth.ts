/** Charts of teeth (牙位图、牙周大表): counts and figures. Teeth by their FDI numbers. */

import { fail } from "../failure";
import { Decimal, whole } from "../number";
import { isDecimal, isList, isRow, type Row, type Value } from "../values";
import { type Body, type Family, numberAt, textAt, valueAt } from "./read";

const QUADRANTS = ["", "UR", "UL", "LL", "LR", "UR", "UL", "LL", "LR"];
const BAD = new Set(
  "caries decayed 龋 filled filling restored crown inlay 充填 missing extracted 缺失".split(" "),
);
const FIGURES = new Set("teeth sites bop plaque pd_mean pd_max cal_mean deep4 deep6".split(" "));

const teethOf = (chart: Value): [string, Row][] => {
  const teeth = isRow(chart) ? (chart.teeth ?? null) : null;
  return isRow(teeth)
    ? Object.entries(teeth).map(([number, tooth]) => [number, isRow(tooth) ? tooth : {}])
    : [];
};

const words = (codes: Value): string[] => (isList(codes) ? codes : [codes]).map(word);

const word = (one: Value): string => (isDecimal(one) ? one.toFixed() : String(one));

const surfacesOf = (tooth: Row): Value[] =>
  isRow(tooth.surfaces ?? null) ? Object.values(tooth.surfaces ?? {}) : [];

/** All that is marked on a tooth: status, surface codes, and the layers. */
const codesOf = (tooth: Row, layers: readonly string[]): Set<string> => {
  const status = tooth.status ?? null;
  const isMarked = isDecimal(status)
    ? !status.isZero()
    : status !== null && status !== "" && status !== false;
  const found = new Set(isMarked ? [word(status)] : []);
  const marks = [...surfacesOf(tooth), ...layers.map((layer) => tooth[layer] ?? null).filter(isList)];
  for (const one of marks.flatMap(words)) found.add(one);
  return found;
};

const LAYERS = ["plan", "conditions", "done"];

const toothCount: Body = (given) => {
  const [chart, code] = [valueAt(given, 0), textAt(given, 1)];
  if (chart === null) return null;
  return new Decimal(teethOf(chart).filter(([, tooth]) => !code || codesOf(tooth, LAYERS).has(code)).length);
};

const toothHas: Body = (given) => {
  const [number, code] = [valueAt(given, 1), textAt(given, 2)];
  const wanted = isDecimal(number) ? String(whole(number)) : String(number);
  return teethOf(valueAt(given, 0)).some(
    ([name, tooth]) => name === wanted && (!code || codesOf(tooth, LAYERS).has(code)),
  );
};

/** Permanent teeth only, and each once: decayed, missing or filled. What is only planned does not count. */
const decayedMissingFilled: Body = (given) => {
  const chart = valueAt(given, 0);
  if (chart === null) return null;
  const isBad = (tooth: Row): boolean => [...codesOf(tooth, LAYERS.slice(1))].some((code) => BAD.has(code));
  return new Decimal(
    teethOf(chart).filter(([number, tooth]) => /^[1-4]/.test(number) && isBad(tooth)).length,
  );
};

const quadrant: Body = (given) => {
  const tooth = whole(numberAt(given, 0));
  const [area, place] = [Math.floor(tooth / 10), tooth % 10];
  const name = QUADRANTS[area];
  return name && place >= 1 && place <= (area <= 4 ? 8 : 5) ? name : fail("formula.bad_value");
};

const surfaceCount: Body = (given) => {
  const [chart, code] = [valueAt(given, 0), textAt(given, 1)];
  if (chart === null) return null;
  const marked = teethOf(chart).flatMap(([, tooth]) => surfacesOf(tooth).map(words));
  return new Decimal(marked.filter((one) => (code ? one.includes(code) : one.length > 0)).length);
};

const perio: Body = (given) => {
  const [chart, figure] = [valueAt(given, 0), textAt(given, 1)];
  if (!FIGURES.has(figure)) return fail("formula.not_found");
  const summary = isRow(chart) ? (chart.summary ?? null) : null;
  const value = isRow(summary) ? (summary[figure] ?? null) : null;
  if (typeof value === "string" && value.trim()) return new Decimal(value.trim());
  return value === null || isDecimal(value) ? value : fail("formula.bad_number");
};

export const teeth: Family = {
  TOOTHCOUNT: toothCount,
  TOOTHHAS: toothHas,
  DMFT: decayedMissingFilled,
  QUADRANT: quadrant,
  SURFACECOUNT: surfaceCount,
  PERIO: perio,
};
