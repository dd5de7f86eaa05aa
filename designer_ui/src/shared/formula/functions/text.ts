/** Text (文本): a blank counts as "", positions start at 1, letters count as characters of Unicode. */

import { caseless } from "../compare";
import { textOf } from "../convert";
import { fail } from "../failure";
import { formatValue } from "../formats";
import { Decimal, settle } from "../number";
import { limited } from "../operators";
import { rmb } from "../rmb";
import { sha256 } from "../sha256";
import {
  type Body,
  countAt,
  type Family,
  filled,
  flat,
  MOST_ITEMS,
  MOST_TEXT,
  numberAt,
  textAt,
  valueAt,
  valuesOf,
  wholeAt,
} from "./read";

const upper = (text: string): string => text.replace(/[a-z]+/gu, (found) => found.toUpperCase());

const HAS_PAIRS = /[\ud800-\udfff]/;

/** Like `slice`, but counting characters of Unicode. */
const cut = (text: string, from: number, to?: number): string =>
  HAS_PAIRS.test(text) ? [...text].slice(from, to).join("") : text.slice(from, to);

const length = (text: string): number => (HAS_PAIRS.test(text) ? [...text].length : text.length);

const texts = (given: Parameters<Body>[0], from: number): string[] =>
  flat(valuesOf(given, from)).map((one) =>
    typeof one === "string" ? one : one === null ? "" : fail("formula.bad_value"),
  );

const joined: Body = (given) => {
  const found = texts(given, 2);
  const parts = valueAt(given, 1) === true ? found.filter((one) => one !== "") : found;
  return limited(parts.join(textAt(given, 0)));
};

const right: Body = (given) => {
  const [text, count] = [textAt(given, 0), countAt(given, 1, 1)];
  return cut(text, Math.max(0, length(text) - count));
};

const middle: Body = (given) => {
  const first = countAt(given, 1, 1, 1) - 1;
  return cut(textAt(given, 0), first, first + countAt(given, 2, 0));
};

const find =
  (fold: (text: string) => string): Body =>
  (given) => {
    const [wanted, text] = [fold(textAt(given, 0)), fold(textAt(given, 1))];
    const first = countAt(given, 2, 1, 1);
    if (first > length(text) + 1) return fail("formula.not_found");
    const at = text.indexOf(wanted, cut(text, 0, first - 1).length);
    return at < 0 ? fail("formula.not_found") : new Decimal(length(text.slice(0, at)) + 1);
  };

const MOST_REPLACED = 10_000_000;

const substitute: Body = (given) => {
  const [text, old, fresh] = [textAt(given, 0), textAt(given, 1), textAt(given, 2)];
  if (!old) return text;
  if (given.length < 4) {
    const size = Math.floor(length(text) / length(old)) * length(fresh);
    return size <= MOST_REPLACED ? limited(text.split(old).join(fresh)) : fail("formula.too_large");
  }
  let at = -old.length;
  for (let left = countAt(given, 3, 1, 1); left > 0; left--) {
    at = text.indexOf(old, at + old.length);
    if (at < 0) return text;
  }
  return limited(text.slice(0, at) + fresh + text.slice(at + old.length));
};

const replace: Body = (given) => {
  const [text, first] = [textAt(given, 0), countAt(given, 1, 1, 1) - 1];
  return limited(cut(text, 0, first) + textAt(given, 3) + cut(text, first + countAt(given, 2, 0)));
};

const proper: Body = (given) => {
  let isInside = false;
  const shown = [...textAt(given, 0)].map((char) => {
    const made = isInside ? caseless(char) : upper(char);
    isInside = /\p{L}/u.test(char);
    return made;
  });
  return shown.join("");
};

const trim: Body = (given) =>
  textAt(given, 0)
    .replaceAll("\u3000", " ")
    .split(" ")
    .filter((part) => part)
    .join(" ");

const repeat: Body = (given) => {
  const [text, times] = [textAt(given, 0), countAt(given, 1, 0)];
  return length(text) * times > MOST_TEXT ? fail("formula.too_large") : text.repeat(times);
};

const NUMBER = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/iu;
const MOST_DIGITS = 60;

const value: Body = (given) => {
  const cleaned = textAt(given, 0)
    .normalize("NFKC")
    .trim()
    .replace(/[¥$€,]/gu, "");
  if (!cleaned) return null;
  const isPercent = cleaned.endsWith("%");
  const body = isPercent ? cleaned.slice(0, -1) : cleaned;
  if (body.length > MOST_DIGITS || !NUMBER.test(body)) return fail("formula.bad_number");
  const number = new Decimal(body);
  return settle(isPercent ? number.div(100) : number);
};

const character: Body = (given) => {
  const code = wholeAt(given, 0);
  const isOne = code >= 1 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isOne ? String.fromCodePoint(code) : fail("formula.bad_value");
};

const code: Body = (given) => new Decimal(textAt(given, 0).codePointAt(0) ?? fail("formula.bad_value"));

const split: Body = (given) => {
  const [text, separator] = [textAt(given, 0), textAt(given, 1)];
  if (!text) return [];
  const parts = separator ? text.split(separator) : [...text];
  return parts.length > MOST_ITEMS ? fail("formula.too_large") : parts;
};

const padded =
  (isLeft: boolean): Body =>
  (given) => {
    const [text, fill] = [textAt(given, 0), textAt(given, 2, " ")];
    const missing = countAt(given, 1, 0) - length(text);
    if (missing <= 0 || !fill) return text;
    const filler = cut(fill.repeat(Math.floor(missing / length(fill)) + 1), 0, missing);
    return isLeft ? filler + text : text + filler;
  };

const mask: Body = (given) => {
  const [text, head, tail] = [textAt(given, 0), countAt(given, 1, 3), countAt(given, 2, 4)];
  const size = length(text);
  if (head + tail >= size) return "*".repeat(size);
  return cut(text, 0, head) + "*".repeat(size - head - tail) + cut(text, size - tail);
};

const halfWidth: Body = (given) =>
  textAt(given, 0)
    .replace(/[\uff01-\uff5e]/gu, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replaceAll("\u3000", " ");

const asText: Body = (given, { zone }) => {
  const [found, form] = [valueAt(given, 0), textAt(given, 1)];
  if (found === null) return null;
  return form ? formatValue(found, form, zone) : textOf(found, zone);
};

const compared =
  (test: (text: string, wanted: string) => boolean): Body =>
  (given) =>
    test(caseless(textAt(given, 0)), caseless(textAt(given, 1)));

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what CLEAN takes away
const CONTROL = /[\u0000-\u001f\u007f]/gu;

export const text: Family = {
  CONCAT: (given) => limited(filled(valuesOf(given)).join("")),
  TEXTJOIN: joined,
  LEFT: (given) => cut(textAt(given, 0), 0, countAt(given, 1, 1)),
  RIGHT: right,
  MID: middle,
  LEN: (given) => new Decimal(length(textAt(given, 0))),
  FIND: find((one) => one),
  SEARCH: find(caseless),
  SUBSTITUTE: substitute,
  REPLACE: replace,
  UPPER: (given) => upper(textAt(given, 0)),
  LOWER: (given) => caseless(textAt(given, 0)),
  PROPER: proper,
  TRIM: trim,
  CLEAN: (given) => textAt(given, 0).replace(CONTROL, ""),
  REPT: repeat,
  EXACT: (given) => textAt(given, 0) === textAt(given, 1),
  TEXT: asText,
  VALUE: value,
  CHAR: character,
  CODE: code,
  STARTSWITH: compared((one, wanted) => one.startsWith(wanted)),
  ENDSWITH: compared((one, wanted) => one.endsWith(wanted)),
  CONTAINS: compared((one, wanted) => one.includes(wanted)),
  SPLIT: split,
  PADLEFT: padded(true),
  PADRIGHT: padded(false),
  MASK: mask,
  RMB: (given) => rmb(numberAt(given, 0)),
  HALFWIDTH: halfWidth,
  UUID: () => crypto.randomUUID(),
  HASH: (given) => sha256(textAt(given, 0)),
};
