/** One option, all of them in sight; a second click takes it back. */

import { Input, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { ChoiceConfig } from "../parts/choices";

const RadioInput = ({
  id,
  value,
  config,
  field,
  disabled,
  invalid,
  onChange,
}: InputProps<string, ChoiceConfig>) => {
  const { say } = useControlHost();
  const { t } = useTranslation();
  const options = optionsOf(field).filter((one) => !one.archived);
  const isOther = value !== null && !options.some((one) => one.key === value);
  return (
    <div className="ctl-row">
      <Radio.Group
        id={id ?? ""}
        optionType={config.look === "button" ? "button" : "default"}
        value={value}
        disabled={disabled}
        aria-invalid={invalid}
        options={options.map((one) => ({ value: one.key, label: say(one.label) }))}
        onChange={(event) => onChange(String(event.target.value))}
      />
      {config.other ? (
        <Input
          size="small"
          style={{ width: 160 }}
          placeholder={t("ctl.other")}
          aria-label={t("ctl.other")}
          disabled={disabled}
          value={isOther ? value : ""}
          onChange={(event) => onChange(event.target.value || null)}
        />
      ) : null}
      {value !== null && !disabled && !field.required ? (
        <button type="button" className="ctl-link" onClick={() => onChange(null)}>
          {t("ctl.clear")}
        </button>
      ) : null}
    </div>
  );
};

export default RadioInput;
