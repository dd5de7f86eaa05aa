/** Hours and minutes; kept in seconds. */

import { InputNumber, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";

const DurationInput = <C,>({ id, value, disabled, invalid, onChange }: InputProps<number, C>) => {
  const { t } = useTranslation();
  const minutes = value === null ? null : Math.round(value / 60);
  const keep = (hours: number | null, rest: number | null) =>
    onChange(hours === null && rest === null ? null : ((hours ?? 0) * 60 + (rest ?? 0)) * 60);
  const hours = minutes === null ? null : Math.floor(minutes / 60);
  const rest = minutes === null ? null : minutes % 60;
  const status = invalid ? "error" : "";
  return (
    <Space.Compact block>
      <InputNumber
        id={id ?? ""}
        min={0}
        precision={0}
        value={hours}
        disabled={disabled}
        status={status}
        suffix={t("ctl.hours")}
        onChange={(next) => keep(next, rest)}
      />
      <InputNumber
        min={0}
        max={59}
        precision={0}
        value={rest}
        disabled={disabled}
        status={status}
        suffix={t("ctl.minutes")}
        aria-label={t("ctl.minutes")}
        onChange={(next) => keep(hours, next)}
      />
    </Space.Compact>
  );
};

export default DurationInput;
