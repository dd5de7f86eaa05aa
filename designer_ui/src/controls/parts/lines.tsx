/** Text controls: one line, several lines, and how they look in a list. */

import { Input } from "antd";
import type { ReactNode } from "react";
import type { CellProps, ControlView, InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { Words } from "../../shared/words";
import "../controls.css";

export interface LineConfig {
  max_length?: number;
  rows?: number;
  call?: boolean;
  draw?: boolean;
}

export interface RichConfig extends LineConfig {
  /** `basic` leaves out what only long texts need. */
  toolbar?: string;
  phrases?: Words[];
}

interface Manner {
  type?: "text" | "tel" | "email" | "url" | "password";
  mode?: "text" | "tel" | "email" | "url" | "numeric" | "none";
  complete?: string;
  mono?: boolean;
  /** Shows the value in a list and on the page; plain text when absent. */
  show?: (value: string, config: LineConfig) => ReactNode;
  /** What is kept of what was typed. */
  tidy?: (typed: string) => string;
}

/** A view of a text kind on one line. */
export const lineView = (kind: string, manner: Manner = {}): ControlView<string, LineConfig> => {
  const Line = ({
    id,
    value,
    config,
    field,
    disabled,
    invalid,
    autoFocus,
    compact,
    onChange,
  }: InputProps<string, LineConfig>) => {
    const say = useSay();
    const { tidy } = manner;
    return (
      <Input
        id={id ?? ""}
        type={manner.type ?? "text"}
        inputMode={manner.mode}
        autoComplete={manner.complete ?? "off"}
        value={value ?? ""}
        disabled={disabled}
        status={invalid ? "error" : ""}
        variant={compact ? "borderless" : "outlined"}
        autoFocus={autoFocus ?? false}
        maxLength={config.max_length}
        placeholder={say(field.placeholder)}
        className={manner.mono ? "ctl-mono" : ""}
        onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
        onBlur={() => {
          if (tidy && value && tidy(value) !== value) onChange(tidy(value) || null);
        }}
      />
    );
  };
  const Cell = ({ value, config }: CellProps<string, LineConfig>) => (
    <span className={manner.mono ? "ctl-clip ctl-mono" : "ctl-clip"} title={value ?? ""}>
      {manner.show && value ? manner.show(value, config) : value}
    </span>
  );
  return { kind, Input: Line, Cell };
};

/** A view of a text kind on several lines. */
export const linesView = (kind: string, mono = false): ControlView<string, LineConfig> => {
  const Lines = ({
    id,
    value,
    config,
    field,
    disabled,
    invalid,
    autoFocus,
    onChange,
  }: InputProps<string, LineConfig>) => {
    const say = useSay();
    return (
      <Input.TextArea
        id={id ?? ""}
        value={value ?? ""}
        disabled={disabled}
        status={invalid ? "error" : ""}
        autoFocus={autoFocus ?? false}
        autoSize={{ minRows: config.rows ?? 3, maxRows: 20 }}
        maxLength={config.max_length}
        placeholder={say(field.placeholder)}
        className={mono ? "ctl-mono" : ""}
        onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
      />
    );
  };
  const Cell = ({ value }: CellProps<string, LineConfig>) => (
    <span className="ctl-clip" title={value ?? ""}>
      {value?.replace(/\s*\n\s*/g, " ")}
    </span>
  );
  const Detail = ({ value }: CellProps<string, LineConfig>) => (
    <div className={mono ? "ctl-lines ctl-mono" : "ctl-lines"}>{value}</div>
  );
  return { kind, Input: Lines, Cell, Detail, wide: true };
};
