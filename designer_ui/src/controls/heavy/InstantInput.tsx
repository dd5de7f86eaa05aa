/** A day and a time as the branch's clock shows them; kept as an instant. */

import { DatePicker } from "antd";
import dayjs from "dayjs";
import { instantOf, localDay, localTime } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { DayConfig } from "../parts/days";
import { stepOf } from "../parts/minutes";

const InstantInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, DayConfig>) => {
  const { zone, say } = useControlHost();
  const shown =
    value && localDay(value, zone) ? dayjs(`${localDay(value, zone)}T${localTime(value, zone, true)}`) : null;
  const step = config.step ?? 5;
  const clock = config.seconds ? "HH:mm:ss" : "HH:mm";
  return (
    <DatePicker
      id={id ?? ""}
      showTime={{ format: clock, ...(60 % step === 0 && step < 60 ? { minuteStep: stepOf(step) } : {}) }}
      format={[`YYYY-MM-DD ${clock}`, "YYYY/M/D H:mm"]}
      style={{ width: "100%" }}
      value={shown}
      disabled={disabled}
      status={invalid ? "error" : ""}
      variant={compact ? "borderless" : "outlined"}
      autoFocus={autoFocus ?? false}
      placeholder={say({ zh: "", en: "" })}
      {...(config.min ? { minDate: dayjs(config.min) } : {})}
      {...(config.max ? { maxDate: dayjs(config.max) } : {})}
      onChange={(moment) =>
        onChange(moment ? instantOf(moment.format("YYYY-MM-DD"), moment.format("HH:mm:ss"), zone) : null)
      }
    />
  );
};

export default InstantInput;
