/** Several options from a list; new ones may be typed where the control allows it. */

import { Select } from "antd";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { ChoiceConfig } from "../parts/choices";

const MultiSelectInput = ({
  id,
  value,
  config,
  field,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<readonly string[], ChoiceConfig>) => {
  const { say } = useControlHost();
  const isOpen = config.other === true || (field.control === "tags" && config.new !== false);
  const offered = optionsOf(field).filter((one) => !one.archived);
  return (
    <Select
      id={id ?? ""}
      mode={isOpen ? "tags" : "multiple"}
      style={{ width: "100%" }}
      value={[...(value ?? [])]}
      disabled={disabled}
      status={invalid ? "error" : ""}
      autoFocus={autoFocus ?? false}
      defaultOpen={compact ?? false}
      variant={compact ? "borderless" : "outlined"}
      {...(compact ? { maxTagCount: "responsive" as const } : {})}
      maxCount={config.max_count}
      showSearch={{ optionFilterProp: "label" }}
      tokenSeparators={isOpen ? [";", "；", "、"] : []}
      placeholder={say(field.placeholder)}
      options={offered.map((one) => ({ value: one.key, label: say(one.label) }))}
      onChange={(next: string[]) => onChange(next.length ? next : null)}
    />
  );
};

export default MultiSelectInput;
