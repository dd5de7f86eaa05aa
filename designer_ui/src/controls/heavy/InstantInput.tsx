/** A day and a time as the branch's clock shows them; kept as an instant. */

import { DatePicker } from "antd";
import dayjs from "dayjs";
import { instantOf, localDay, localTime } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { DayConfig } from "../parts/days";

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
    value && localDay(value, zone) ? dayjs(`${localDay(value, zone)}T${localTime(value, zone)}`) : null;
  const step = config.step ?? 5;
  return (
    <DatePicker
      id={id ?? ""}
      showTime={{ format: "HH:mm", ...(60 % step === 0 && step < 60 ? { minuteStep: stepOf(step) } : {}) }}
      format={["YYYY-MM-DD HH:mm", "YYYY/M/D H:mm"]}
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

type MinuteStep = 1 | 2 | 3 | 4 | 5 | 6 | 10 | 12 | 15 | 20 | 30;
const STEPS: readonly MinuteStep[] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
const stepOf = (minutes: number): MinuteStep => STEPS.find((one) => one === minutes) ?? 1;

export default InstantInput;
