/** Patterns (正则): the syntax and the choices of RE2, in time proportional to the text. */

import { fail, notHere } from "../failure";
import { limited } from "../operators";
import { compile, type Pattern, search } from "../pattern/match";
import { type Body, type Family, MOST_TEXT, textAt } from "./read";

const MOST_PATTERN = 1000;
const MOST_KEPT = 200;
const kept = new Map<string, Pattern>();

const patternOf = (text: string): Pattern => {
  const found = kept.get(text);
  if (found) return found;
  if ([...text].length > MOST_PATTERN) return fail("formula.bad_pattern");
  const made = compile(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, made);
  return made;
};

const codes = (text: string): number[] => [...text].map((char) => char.codePointAt(0) ?? 0);

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** RE2 looks at bytes, so that its \B also holds inside a character of several: the server knows. */
const searched = (pattern: Pattern, text: string): number[] => {
  const isByBytes = pattern.steps.some((step) => step.op === "assert" && step.what === "notWord");
  return isByBytes && BEYOND_ASCII.test(text) ? notHere() : codes(text);
};

const written = (text: readonly number[], from = 0, to = text.length): string =>
  text
    .slice(from, to)
    .map((code) => String.fromCodePoint(code))
    .join("");

const match: Body = (given) => {
  const pattern = patternOf(textAt(given, 1));
  return search(pattern, searched(pattern, textAt(given, 0))) !== null;
};

const extract: Body = (given) => {
  const pattern = patternOf(textAt(given, 1));
  const text = searched(pattern, textAt(given, 0));
  const spans = search(pattern, text);
  if (!spans) return null;
  const [from = -1, to = -1] = pattern.groups ? spans.slice(2) : spans;
  return from < 0 ? "" : written(text, from, to);
};

const replace: Body = (given) => {
  const [pattern, fresh] = [patternOf(textAt(given, 1)), textAt(given, 2)];
  const text = searched(pattern, textAt(given, 0));
  const parts: string[] = [];
  let [done, at, size] = [0, 0, 0];
  while (at <= text.length) {
    const [from = -1, to = -1] = search(pattern, text, at) ?? [];
    if (from < 0) break;
    parts.push(written(text, done, from), fresh);
    done = to;
    size += [...fresh].length;
    if (size > MOST_TEXT) return fail("formula.too_large");
    // An empty match where the search began would be found for ever.
    at = to === at ? at + 1 : to;
  }
  return limited(parts.join("") + written(text, done));
};

export const regex: Family = {
  REGEXMATCH: match,
  REGEXEXTRACT: extract,
  REGEXREPLACE: replace,
};
