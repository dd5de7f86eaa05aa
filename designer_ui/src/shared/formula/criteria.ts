/** Conditions written as text, as Excel's SUMIF takes them: ">5", "<>a", "张*", or a plain value. */

import { caseless, exactly, folded, ordered, same } from "./compare";
import { Failure } from "./failure";
import { readDay } from "./moments";
import { Decimal } from "./number";
import { Day, Instant, isDecimal, type Value } from "./values";

export type Test = (value: Value) => boolean;

const SIGN = /^(<=|>=|<>|=|<|>)(.*)$/su;
const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/iu;

/** The test that a condition stands for; without a sign it tests for equality. */
export const matcher = (condition: Value): Test => {
  if (typeof condition !== "string") return (value) => same(value, condition);
  const found = SIGN.exec(condition);
  const [sign, wanted] = [found?.[1] ?? "=", found?.[2] ?? condition];
  if (sign !== "=" && sign !== "<>") {
    return (value) => {
      const limit = like(wanted, value);
      return value !== "" && ordered(sign, folded(value), folded(limit));
    };
  }
  const equal = equals(wanted);
  return sign === "=" ? equal : (value) => !equal(value);
};

const equals = (wanted: string): Test => {
  const parts = wildcards(wanted);
  return (value) => {
    if (typeof value === "string") return fits([...caseless(value)], parts);
    if (value === null) return wanted === "";
    const read = like(wanted, value);
    return read !== null && exactly(value, read);
  };
};

/** `text` read as the kind of `value`; null where it cannot be. */
const like = (text: string, value: Value): Value => {
  if (typeof value === "boolean") {
    const word = text.toLowerCase();
    return word === "true" ? true : word === "false" ? false : null;
  }
  if (isDecimal(value)) return NUMBER.test(text) ? new Decimal(text.trim()) : null;
  if (value instanceof Instant) return null;
  return value instanceof Day ? readOr(text) : text;
};

const readOr = (text: string): Day | null => {
  try {
    return readDay(text);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

const ANY_TEXT = "\0*";
const ANY_CHARACTER = "\0?";

/** The pattern as single characters; ~ keeps a mark. */
const wildcards = (wanted: string): string[] => {
  const parts: string[] = [];
  const characters = [...wanted];
  for (let at = 0; at < characters.length; at++) {
    const char = characters[at] ?? "";
    const next = characters[at + 1];
    if (char === "~" && next !== undefined && "*?~".includes(next)) {
      parts.push(next);
      at++;
    } else parts.push(char === "*" ? ANY_TEXT : char === "?" ? ANY_CHARACTER : caseless(char));
  }
  return parts;
};

/** Greedy with one step back, so never slower than the product of both lengths. */
const fits = (text: readonly string[], parts: readonly string[]): boolean => {
  let [at, place, star, marked] = [0, 0, -1, 0];
  while (at < text.length) {
    if (parts[place] === ANY_CHARACTER || (place < parts.length && parts[place] === text[at])) {
      at++;
      place++;
    } else if (parts[place] === ANY_TEXT) {
      star = place++;
      marked = at;
    } else if (star >= 0) {
      at = ++marked;
      place = star + 1;
    } else return false;
  }
  return parts.slice(place).every((one) => one === ANY_TEXT);
};
