/** A time of day, 24 hours; on touch screens the device's own field, which it knows how to show. */

import { Input, TimePicker } from "antd";
import dayjs from "dayjs";
import type { InputProps } from "../../shared/kinds";
import { stepOf } from "../parts/minutes";
import type { TimeConfig } from "../time";

const STEP = 5;
const isTouch = (): boolean => window.matchMedia("(pointer: coarse)").matches;
const hourOf = (time: string | undefined, otherwise: number): number =>
  time === undefined ? otherwise : Number(time.slice(0, 2));

const TimeInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, TimeConfig>) => {
  const step = config.step ?? STEP;
  const shared = {
    id: id ?? "",
    disabled,
    status: invalid ? ("error" as const) : ("" as const),
    variant: compact ? ("borderless" as const) : ("outlined" as const),
    autoFocus: autoFocus ?? false,
  };
  if (isTouch())
    return (
      <Input
        {...shared}
        type="time"
        value={value?.slice(0, 5) ?? ""}
        min={config.min}
        max={config.max}
        step={step * 60}
        onChange={(event) => onChange(event.target.value || null)}
      />
    );
  const [first, last] = [hourOf(config.min, 0), hourOf(config.max, 23)];
  const closed = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hour < first || hour > last);
  return (
    <TimePicker
      {...shared}
      style={{ width: "100%" }}
      format={["HH:mm", "H:mm", "HHmm", "H：mm"]}
      placeholder=""
      minuteStep={stepOf(step)}
      needConfirm={false}
      showNow={false}
      value={value ? dayjs(`2000-01-01T${value.slice(0, 5)}`) : null}
      disabledTime={() => ({ disabledHours: () => closed })}
      onChange={(time) => onChange(time ? time.format("HH:mm") : null)}
    />
  );
};

export default TimeInput;
