/** Number controls: right-aligned, tabular digits, units. */

import { lazy, type ReactNode } from "react";
import { formatMoney, formatNumber, formatPercent, groupDigits } from "../../shared/format";
import { asNumber } from "../../shared/json";
import type { CellProps, ControlView, InputProps } from "../../shared/kinds";
import { amountInWords } from "./amountWords";
import "../controls.css";

export interface NumberConfig {
  min?: number;
  max?: number;
  step?: number;
  scale?: number;
  places?: number;
  unit?: string;
  thousands?: boolean;
  words_on_print?: boolean;
  colors?: { from: number; color: string }[];
}

export type NumberValue = string | number;

const NumberInput = lazy(() => import("../heavy/NumberInput"));

const shownNumber = (value: NumberValue | null, config: NumberConfig): string => {
  const text = value === null ? "" : String(value);
  const tidy = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  // Four digits read well as they are, and may be a year.
  const isGrouped = config.thousands || tidy.replace(/\D.*$/, "").length > 4;
  return `${isGrouped ? groupDigits(tidy) : tidy}${config.unit ? ` ${config.unit}` : ""}`;
};

const cell =
  (show: (value: NumberValue | null, config: NumberConfig) => ReactNode) =>
  ({ value, config }: CellProps<NumberValue, NumberConfig>) => (
    <span className="ctl-num">{show(value, config)}</span>
  );

export const integerView = (kind: string): ControlView<NumberValue, NumberConfig> => ({
  kind,
  Input: (props: InputProps<NumberValue, NumberConfig>) => <NumberInput {...props} whole />,
  Cell: cell(shownNumber),
});

export const decimalView = (kind: string): ControlView<NumberValue, NumberConfig> => ({
  kind,
  Input: (props: InputProps<NumberValue, NumberConfig>) => <NumberInput {...props} />,
  Cell: cell(shownNumber),
});

/** On paper only: the amount in capital figures, which nobody alters with a stroke of the pen. */
const OnPaper = ({ value, config }: { value: NumberValue | null; config: NumberConfig }) => {
  const amount = asNumber(value);
  if (!config.words_on_print || amount === null) return null;
  const plain = typeof value === "string" ? value : amount.toFixed(2);
  return (
    <span className="ctl-on-paper">{amountInWords(/\.\d\d$/.test(plain) ? plain : amount.toFixed(2))}</span>
  );
};

export const moneyView = (kind: string): ControlView<NumberValue, NumberConfig> => ({
  kind,
  Input: (props: InputProps<NumberValue, NumberConfig>) => (
    <>
      <NumberInput {...props} config={{ ...props.config, scale: 2 }} prefix="¥" />
      <OnPaper value={props.value} config={props.config} />
    </>
  ),
  Cell: ({ value, config }) => (
    <span className="ctl-num">
      {formatMoney(value)}
      <OnPaper value={value} config={config} />
    </span>
  ),
});

export const percentView = (kind: string): ControlView<NumberValue, NumberConfig> => ({
  kind,
  Input: (props: InputProps<NumberValue, NumberConfig>) => <NumberInput {...props} shift={2} suffix="%" />,
  Cell: cell(formatPercent),
});

/** A bar from `min` to `max`, with the number beside it. */
export const Bar = ({ share, words, color }: { share: number; words: string; color?: string }) => (
  <span className="ctl-bar">
    <i aria-hidden>
      <b
        style={{
          width: `${Math.min(100, Math.max(0, share * 100))}%`,
          ...(color ? { background: color } : {}),
        }}
      />
    </i>
    <span className="ctl-num">{words}</span>
  </span>
);

export const shareOf = (value: NumberValue | null, config: NumberConfig): number => {
  const [least, most] = [config.min ?? 0, config.max ?? 1];
  return most > least ? ((asNumber(value) ?? least) - least) / (most - least) : 0;
};

/** The colour of the highest step that a share has reached. */
export const colorOf = (value: NumberValue | null, config: NumberConfig): string | undefined => {
  const share = asNumber(value);
  if (share === null) return undefined;
  const reached = (config.colors ?? []).filter((one) => one.from <= share);
  const last = reached.sort((one, other) => one.from - other.from).at(-1);
  return last?.color;
};

/** How a computed number is shown, by its `format`. */
export const showAs = (format: string | undefined, value: NumberValue | null): string =>
  format === "money" ? formatMoney(value) : format === "percent" ? formatPercent(value) : formatNumber(value);
