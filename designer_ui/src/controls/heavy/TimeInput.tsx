/** A time of day; the browser's own field, which phones know how to show. */

import { Input } from "antd";
import type { InputProps } from "../../shared/kinds";
import type { TimeConfig } from "../time";

const TimeInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, TimeConfig>) => (
  <Input
    id={id ?? ""}
    type="time"
    value={value?.slice(0, 5) ?? ""}
    min={config.min}
    max={config.max}
    step={(config.step ?? 5) * 60}
    disabled={disabled}
    status={invalid ? "error" : ""}
    variant={compact ? "borderless" : "outlined"}
    autoFocus={autoFocus ?? false}
    onChange={(event) => onChange(event.target.value || null)}
  />
);

export default TimeInput;
