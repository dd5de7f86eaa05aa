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
  onChange,
}: InputProps<readonly string[], ChoiceConfig>) => {
  const { say } = useControlHost();
  const isOpen = config.other === true || (field.control === "tags" && config.new !== false);
  return (
    <Select
      id={id ?? ""}
      mode={isOpen ? "tags" : "multiple"}
      style={{ width: "100%" }}
      value={[...(value ?? [])]}
      disabled={disabled}
      status={invalid ? "error" : ""}
      autoFocus={autoFocus ?? false}
      maxCount={config.max_count}
      showSearch={{ optionFilterProp: "label" }}
      tokenSeparators={isOpen ? [";", "；", "、"] : []}
      placeholder={say(field.placeholder)}
      options={optionsOf(field)
        .filter((one) => !one.archived)
        .map((one) => ({ value: one.key, label: say(one.label) }))}
      onChange={(next: string[]) => onChange(next.length ? next : null)}
    />
  );
};

export default MultiSelectInput;
