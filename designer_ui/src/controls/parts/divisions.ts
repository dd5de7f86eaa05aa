/** China's provinces, cities and districts, by code. */

import rows from "../data/divisions.json";

export interface Division {
  code: string;
  name: string;
  parent: string;
}

const byCode = new Map<string, Division>();
const below = new Map<string, Division[]>();
for (const [code, name] of Object.entries(rows)) {
  const division = { code, name, parent: code.slice(0, -2) };
  byCode.set(code, division);
  below.set(division.parent, [...(below.get(division.parent) ?? []), division]);
}

export const divisionsBelow = (code: string): readonly Division[] => below.get(code) ?? [];

/** The divisions from the province down to `code`. */
export const lineOf = (code: string): Division[] =>
  [code.slice(0, 2), code.slice(0, 4), code.slice(0, 6)]
    .filter((part, place, all) => part.length === (place + 1) * 2 && all.indexOf(part) === place)
    .flatMap((part) => byCode.get(part) ?? []);

/** Levels that nobody says: 市辖区 below a municipality, 县 and the like. */
const UNSAID = /^(市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$/;

export const namesOf = (code: string): string[] =>
  lineOf(code)
    .map((division) => division.name)
    .filter((name) => !UNSAID.test(name));
