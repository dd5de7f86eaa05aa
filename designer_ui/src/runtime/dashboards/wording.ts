/** Words for values that points stand for, gathered from the answers. */

import { asText, type Json } from "../../shared/json";
import type { CellAnswer } from "./contract";

export type WordsFor = (dimension: string, value: Json) => string;
export type Known = { readonly [dimension: string]: { readonly [value: string]: string } };

/** What was known with what an answer tells; the same object where that is nothing new. */
export const learned = (known: Known, told: CellAnswer["words"]): Known => {
  const fresh = Object.entries(told ?? {}).filter(([dimension, words]) =>
    Object.entries(words).some(([value, word]) => known[dimension]?.[value] !== word),
  );
  if (fresh.length === 0) return known;
  const added = fresh.map(([dimension, words]) => [dimension, { ...known[dimension], ...words }] as const);
  return { ...known, ...Object.fromEntries(added) };
};

export const wordsFrom =
  (known: Known, blank: string): WordsFor =>
  (dimension, value) =>
    value === null ? blank : (known[dimension]?.[String(value)] ?? asText(value)) || "–";
