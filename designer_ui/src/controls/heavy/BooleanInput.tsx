/** Yes or no: a switch, a tick, or buttons with “unknown”. */

import { Checkbox, Segmented, Switch } from "antd";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { BooleanConfig } from "../boolean";

const BooleanInput = ({
  id,
  value,
  config,
  field,
  disabled,
  onChange,
}: InputProps<boolean, BooleanConfig>) => {
  const { t } = useTranslation();
  const say = useSay();
  const [yes, no] = [say(config.yes) || t("ctl.yes"), say(config.no) || t("ctl.no")];
  if (config.three_state || config.look === "buttons")
    return (
      <Segmented
        disabled={disabled}
        value={value === null ? "unknown" : value ? "yes" : "no"}
        options={[
          { value: "yes", label: yes },
          { value: "no", label: no },
          ...(config.three_state ? [{ value: "unknown", label: t("ctl.unknown") }] : []),
        ]}
        onChange={(next) => onChange(next === "unknown" ? null : next === "yes")}
      />
    );
  if (config.look === "tick")
    return (
      <Checkbox
        id={id ?? ""}
        checked={value === true}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      >
        {say(config.yes) || say(field.label)}
      </Checkbox>
    );
  return (
    <Switch
      id={id ?? ""}
      checked={value === true}
      disabled={disabled}
      checkedChildren={say(config.yes)}
      unCheckedChildren={say(config.no)}
      aria-label={say(field.label)}
      onChange={onChange}
    />
  );
};

export default BooleanInput;
