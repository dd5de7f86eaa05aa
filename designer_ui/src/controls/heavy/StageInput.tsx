/** Where a record stands; offers only where it may go next. */

import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useRef } from "react";
import { recordQuery } from "../../api/records";
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
  form,
  recordId,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, ChoiceConfig>) => {
  const { say } = useControlHost();
  // Transitions count from where the stored record stands, not from what was just picked; saving moves it on.
  const { data: known } = useQuery({ ...recordQuery(form, recordId ?? ""), enabled: false });
  const kept = known?.record[field.key] ?? null;
  const first = useRef({ recordId, value, kept });
  if (first.current.recordId !== recordId) first.current = { recordId, value, kept };
  const at = kept === first.current.kept ? first.current.value : kept;
  const stages = optionsOf(field);
  const from = recordId ? stages.find((one) => one.key === at) : undefined;
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
