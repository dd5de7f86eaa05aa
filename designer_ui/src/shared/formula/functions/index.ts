/** All functions by name. One that is not here only the server can work out: see SERVER_ONLY. */

import { clinic } from "./clinic";
import { dateParts } from "./dateParts";
import { dates } from "./dates";
import { lists } from "./lists";
import { lazy, logic } from "./logic";
import { math } from "./math";
import { people } from "./people";
import type { Family, Made } from "./read";
import { regex } from "./regex";
import { statistics } from "./statistics";
import { teeth } from "./teeth";
import { text } from "./text";
import { workdays } from "./workdays";

/** They read other records, or the 90,000 phrases that pinyin needs. */
export const SERVER_ONLY: readonly string[] = ["LOOKUP", "QUERY", "LINKED", "PINYIN", "PINYININITIALS"];

const families: readonly Family[] = [
  clinic,
  dateParts,
  dates,
  lists,
  logic,
  math,
  people,
  regex,
  statistics,
  teeth,
  text,
  workdays,
];

const made = new Map<string, Made>(
  families.flatMap((family) =>
    Object.entries(family).map(([name, body]): [string, Made] => [name, { body }]),
  ),
);
for (const [name, run] of Object.entries(lazy)) made.set(name, { lazy: run, body: () => null });

export const functionOf = (name: string): Made | undefined => made.get(name);

export const functionNames = (): string[] => [...made.keys()];
