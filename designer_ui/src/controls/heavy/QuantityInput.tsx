/** A number with its unit. */

import { InputNumber, Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { QuantityConfig, QuantityValue } from "../quantity";

const QuantityInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  onChange,
}: InputProps<QuantityValue, QuantityConfig>) => {
  const say = useSay();
  const { t } = useTranslation();
  const units = config.units ?? [];
  const unit = value?.unit ?? units[0]?.unit ?? "";
  return (
    <Space.Compact block>
      <InputNumber<string>
        id={id ?? ""}
        stringMode
        style={{ width: "100%" }}
        value={value ? String(value.value) : null}
        precision={config.scale ?? 2}
        disabled={disabled}
        status={invalid ? "error" : ""}
        onChange={(next) => onChange(next === null || next === "" ? null : { value: String(next), unit })}
      />
      <Select
        value={unit}
        disabled={disabled || units.length < 2}
        aria-label={t("ctl.unit")}
        options={units.map((one) => ({ value: one.unit, label: one.label ? say(one.label) : one.unit }))}
        onChange={(next) => value && onChange({ ...value, unit: next })}
      />
    </Space.Compact>
  );
};

export default QuantityInput;
