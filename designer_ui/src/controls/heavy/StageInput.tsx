/** Where a record stands; offers only where it may go next. */

import { Select } from "antd";
import { useRef } from "react";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import { Chip } from "../parts/Chip";
import type { ChoiceConfig } from "../parts/choices";

const StageInput = ({
  id,
  value,
  config,
  field,
  recordId,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, ChoiceConfig>) => {
  const { say } = useControlHost();
  // Transitions count from where the stored record stands, not from what was just picked.
  const stored = useRef({ recordId, value });
  if (stored.current.recordId !== recordId) stored.current = { recordId, value };
  const stages = optionsOf(field);
  const from = recordId ? stages.find((one) => one.key === stored.current.value) : undefined;
  const offered = stages.filter((one) => !from?.next || one.key === from.key || from.next.includes(one.key));
  return (
    <Select
      id={id ?? ""}
      style={{ width: "100%" }}
      value={value}
      disabled={disabled || config.by_hand === false}
      status={invalid ? "error" : ""}
      variant={compact ? "borderless" : "outlined"}
      autoFocus={autoFocus ?? false}
      defaultOpen={compact ?? false}
      options={offered.map((one) => ({ value: one.key, label: say(one.label), color: one.color }))}
      optionRender={(option) => <Chip color={option.data.color}>{option.data.label}</Chip>}
      onChange={(next: string) => onChange(next)}
    />
  );
};

export default StageInput;
