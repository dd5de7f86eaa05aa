/** Two instants, as the branch's clock shows them. */

import { DatePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { instantOf, localDay, localTime } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import { stepOf } from "../parts/minutes";
import type { Span } from "../parts/spans";

const InstantRangeInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  onChange,
}: InputProps<Span, { step?: number }>) => {
  const { zone } = useControlHost();
  const { t } = useTranslation();
  const step = config.step ?? 1;
  const shown = (instant: string | null): Dayjs | null =>
    instant ? dayjs(`${localDay(instant, zone)}T${localTime(instant, zone)}`) : null;
  const kept = (moment: Dayjs | null | undefined): string | null =>
    moment ? instantOf(moment.format("YYYY-MM-DD"), moment.format("HH:mm:ss"), zone) : null;
  return (
    <DatePicker.RangePicker
      id={{ start: id ?? "" }}
      showTime={{ format: "HH:mm", ...(60 % step === 0 && step < 60 ? { minuteStep: stepOf(step) } : {}) }}
      format="YYYY-MM-DD HH:mm"
      placeholder={[t("ctl.from"), t("ctl.to")]}
      style={{ width: "100%" }}
      value={value ? [shown(value.from), shown(value.to)] : null}
      disabled={disabled}
      status={invalid ? "error" : ""}
      onChange={(moments) => {
        const [from, to] = [kept(moments?.[0]), kept(moments?.[1])];
        onChange(from || to ? { from, to } : null);
      }}
    />
  );
};

export default InstantRangeInput;
