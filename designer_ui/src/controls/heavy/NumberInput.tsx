/** Numbers typed as digits; decimals travel as text, so no binary float touches them. */

import { InputNumber } from "antd";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { NumberConfig } from "../parts/numbers";

interface Extra {
  /** Moves the point: 2 shows 0.06 as 6. */
  shift?: number;
  whole?: boolean;
  prefix?: string;
  suffix?: string;
}

/** Moves the decimal point of a plain number by `places`, in text. */
export const shiftPoint = (plain: string, places: number): string => {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(plain);
  if (!match) return plain;
  const [, sign = "", whole = "", fraction = ""] = match;
  const digits = whole + fraction;
  const point = whole.length + places;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = point <= 0 ? 1 : point;
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, "") || "0";
  const right = padded.slice(at).replace(/0+$/, "");
  return `${sign}${left}${right ? `.${right}` : ""}`;
};

const NumberInput = ({
  id,
  value,
  config,
  field,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
  shift = 0,
  whole = false,
  prefix,
  suffix,
}: InputProps<string | number, NumberConfig> & Extra) => {
  const say = useSay();
  const shown = value === null ? null : shiftPoint(String(value), shift);
  const places = shift ? (config.places ?? 2) : config.scale;
  return (
    <InputNumber<string>
      id={id ?? ""}
      stringMode
      style={{ width: "100%" }}
      value={shown}
      disabled={disabled}
      status={invalid ? "error" : ""}
      variant={compact ? "borderless" : "outlined"}
      autoFocus={autoFocus ?? false}
      controls={!compact}
      placeholder={say(field.placeholder)}
      step={config.step ? shiftPoint(String(config.step), shift) : "1"}
      {...(whole ? { precision: 0 } : places === undefined ? {} : { precision: places })}
      prefix={prefix}
      suffix={suffix ?? config.unit}
      onChange={(next) => {
        if (next === null || next === "") return onChange(null);
        const kept = shiftPoint(String(next), -shift);
        onChange(whole ? Number(kept) : kept);
      }}
    />
  );
};

export default NumberInput;
