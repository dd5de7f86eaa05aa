import type { Values } from "../shared/json";
import type { ControlView, InputProps } from "../shared/kinds";
import { readIdCard } from "./parts/idCard";
import { type LineConfig, lineView } from "./parts/lines";
import { tidyUpper } from "./parts/tidy";

interface IdCardConfig extends LineConfig {
  birth_field?: string;
  sex_field?: string;
}

const line = lineView("id_card", { tidy: tidyUpper, mono: true });

/** A line that fills day of birth and sex where the form has fields for them that are still blank. */
const Input = (props: InputProps<string, IdCardConfig>) => {
  const { config, fill, onChange } = props;
  const take = (value: string | null) => {
    onChange(value);
    const read = value && fill ? readIdCard(value) : null;
    if (!read) return;
    const others: Values = {
      ...(config.birth_field ? { [config.birth_field]: read.birth } : {}),
      ...(config.sex_field ? { [config.sex_field]: read.sex } : {}),
    };
    fill?.(others);
  };
  return line.Input ? <line.Input {...props} onChange={take} /> : null;
};

const view: ControlView<string, IdCardConfig> = { ...line, Input };

export default view;
