/** The divisions of the country as a tree to choose from, made once for each depth. */

import { divisionsBelow } from "./divisions";

export interface Region {
  value: string;
  label: string;
  children?: Region[];
}

const grown = (code: string, levels: number): Region[] =>
  divisionsBelow(code).map((division) => {
    const children = levels > 1 ? grown(division.code, levels - 1) : [];
    return { value: division.code, label: division.name, ...(children.length ? { children } : {}) };
  });

const known = new Map<number, Region[]>();

export const regionTree = (levels: number): Region[] => {
  const found = known.get(levels) ?? grown("", levels);
  known.set(levels, found);
  return found;
};
