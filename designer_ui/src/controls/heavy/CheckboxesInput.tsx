/** Several options, all of them in sight. */

import { Checkbox } from "antd";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { ChoiceConfig } from "../parts/choices";

const CheckboxesInput = ({
  value,
  config,
  field,
  disabled,
  onChange,
}: InputProps<readonly string[], ChoiceConfig>) => {
  const { say } = useControlHost();
  const options = optionsOf(field).filter((one) => !one.archived);
  const chosen = [...(value ?? [])];
  const isFull = config.max_count !== undefined && chosen.length >= config.max_count;
  return (
    <Checkbox.Group
      value={chosen}
      disabled={disabled}
      options={options.map((one) => ({
        value: one.key,
        label: say(one.label),
        disabled: isFull && !chosen.includes(one.key),
      }))}
      onChange={(next) => {
        const keys = next.map(String);
        onChange(keys.length ? keys : null);
      }}
    />
  );
};

export default CheckboxesInput;
