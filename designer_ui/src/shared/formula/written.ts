/** Writes values as Python's `json.dumps` does, so that answers of all back ends are the same lines. */

import { secondsOf, toJson } from "./convert";
import { type Decimal, plain } from "./number";
import { isDecimal, isList, isRow, Range, Span, type Value } from "./values";

export const written = (value: Value): string => {
  if (isDecimal(value)) return writtenNumber(value);
  if (value instanceof Span) return writtenNumber(secondsOf(value));
  if (isList(value)) return `[${value.map(written).join(", ")}]`;
  if (value instanceof Range) return `{"from": ${written(value.start)}, "to": ${written(value.end)}}`;
  if (!isRow(value)) return JSON.stringify(toJson(value));
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${written(one)}`)
    .join(", ")}}`;
};

/** A number where a double holds it exactly, else its digits as text. */
const writtenNumber = (value: Decimal): string => {
  const digits = plain(value);
  const double = Number(digits);
  if (value.isInteger() && Math.abs(double) < 2 ** 53) return digits;
  return value.eq(String(double)) ? asPython(double) : JSON.stringify(digits);
};

/** Python turns to exponents at 1e16 and 1e-5, and writes two digits of them. */
const asPython = (double: number): string => {
  const [figures = "", exponent = "0"] = double.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) {
    const shown = plainDouble(double);
    return shown.includes(".") ? shown : `${shown}.0`;
  }
  const sign = power < 0 ? "-" : "+";
  return `${figures}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
};

const plainDouble = (double: number): string => {
  const text = String(double);
  if (!text.includes("e")) return text;
  return double.toFixed(Math.min(100, 20 - Math.floor(Math.log10(Math.abs(double))))).replace(/0+$/, "");
};
