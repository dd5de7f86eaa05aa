/** Amounts in the formal Chinese figures of cheques: 120.5 gives 壹佰贰拾元伍角整. */

import { Decimal as Base } from "decimal.js";
import { fail } from "./failure";
import { Decimal, multiply, toWhole } from "./number";

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const UNITS = ["", "拾", "佰", "仟"];
const LARGEST = 1e16;

export const rmb = (amount: Decimal): string => {
  if (amount.abs().gte(LARGEST)) return fail("formula.too_large");
  const cents = BigInt(toWhole(multiply(amount.abs(), new Decimal(100)), Base.ROUND_HALF_UP).toFixed());
  const yuan = cents / 100n;
  const [jiao, fen] = [Number((cents / 10n) % 10n), Number(cents % 10n)];
  let words = yuan ? `${wholeWords(yuan)}元` : "";
  if (jiao === 0 && fen === 0) words = `${words || "零元"}整`;
  else {
    words += jiao ? `${DIGITS[jiao]}角` : yuan ? "零" : "";
    words += fen ? `${DIGITS[fen]}分` : "整";
  }
  return (amount.lt(0) && cents ? "负" : "") + words;
};

/** In groups of four digits; 亿 stands even where only groups above it count. */
const wholeWords = (number: bigint): string => {
  let [words, isGap] = ["", false];
  for (let at = 3; at >= 0; at--) {
    const group = Number((number / 10_000n ** BigInt(at)) % 10_000n);
    if (group === 0) {
      isGap = isGap || words !== "";
      if (at === 2 && number >= 10_000n ** 3n) words += "亿";
      continue;
    }
    if (words && (isGap || group < 1000)) words += "零";
    words += groupWords(group) + (at === 2 ? "亿" : at % 2 ? "万" : "");
    isGap = false;
  }
  return words;
};

const groupWords = (group: number): string => {
  let [words, isGap] = ["", false];
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(group / 10 ** place) % 10;
    if (digit) words += (isGap && words ? "零" : "") + (DIGITS[digit] ?? "") + (UNITS[place] ?? "");
    isGap = digit === 0;
  }
  return words;
};
