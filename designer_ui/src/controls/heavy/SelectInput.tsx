/** One option from a list, searchable by words and by key; narrowed by another field where it depends on one. */

import { AutoComplete, Select } from "antd";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";
import { Chip } from "../parts/Chip";
import type { ChoiceConfig } from "../parts/choices";

const SelectInput = ({
  id,
  value,
  config,
  field,
  record,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, ChoiceConfig>) => {
  const { say } = useControlHost();
  const above = config.depends_on ? asText(record[config.depends_on]) : "";
  const offered = optionsOf(field).filter(
    (one) => !one.archived && (!config.depends_on || !one.parent || one.parent === above),
  );
  const options = offered.map((one) => ({ value: one.key, label: say(one.label), color: one.color }));
  const shared = {
    id: id ?? "",
    style: { width: "100%" },
    disabled,
    status: invalid ? ("error" as const) : ("" as const),
    variant: compact ? ("borderless" as const) : ("outlined" as const),
    autoFocus: autoFocus ?? false,
    allowClear: true,
  };
  if (config.other)
    return (
      <AutoComplete
        {...shared}
        value={options.find((one) => one.value === value)?.label ?? value ?? ""}
        options={options.map((one) => ({ value: one.label }))}
        onChange={(typed: string) =>
          onChange(options.find((one) => one.label === typed)?.value ?? (typed || null))
        }
      />
    );
  return (
    <Select
      {...shared}
      showSearch={options.length > 8 ? { optionFilterProp: "label" } : false}
      defaultOpen={compact ?? false}
      value={value}
      options={options}
      placeholder={say(field.placeholder)}
      optionRender={(option) => <Chip color={option.data.color}>{option.data.label}</Chip>}
      onChange={(next: string | undefined) => onChange(next ?? null)}
    />
  );
};

export default SelectInput;
