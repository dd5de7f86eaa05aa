/** Amounts in Chinese capital figures, as receipts need them. */

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const SMALL = ["", "拾", "佰", "仟"];
const LARGE = ["", "万", "亿", "兆"];

const section = (number: number): string => {
  let words = "";
  let gap = false;
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(number / 10 ** place) % 10;
    if (digit) {
      words += (gap && words ? "零" : "") + DIGITS[digit] + SMALL[place];
      gap = false;
    } else gap = true;
  }
  return words;
};

const whole = (digits: string): string => {
  let words = "";
  let gap = false;
  const padded = digits.padStart(16, "0");
  for (let step = 3; step >= 0; step--) {
    const part = Number(padded.slice(12 - 4 * step, 16 - 4 * step));
    if (!part) {
      gap = words !== "";
      continue;
    }
    if (words && (gap || part < 1000)) words += "零";
    words += section(part) + LARGE[step];
    gap = false;
  }
  return words;
};

/** `amount` is plain, with two places: "1203.50" is 壹仟贰佰零叁元伍角整. */
export const amountInWords = (amount: string): string => {
  const match = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(amount.trim());
  if (!match) return "";
  const [, sign = "", digits = "0", fraction = ""] = match;
  const [jiao = 0, fen = 0] = [...fraction.padEnd(2, "0")].map(Number);
  const yuan = digits.replace(/^0+/, "");
  if (!yuan && !jiao && !fen) return "零元整";
  let words = yuan ? `${whole(yuan)}元` : "";
  if (jiao) words += `${DIGITS[jiao]}角`;
  else if (fen && yuan) words += "零";
  words += fen ? `${DIGITS[fen]}分` : "整";
  return (sign ? "负" : "") + words;
};
