/** Two days. */

import { DatePicker } from "antd";
import dayjs from "dayjs";
import type { InputProps } from "../../shared/kinds";
import type { Span } from "../parts/spans";

const DayRangeInput = <C,>({ id, value, disabled, invalid, onChange }: InputProps<Span, C>) => (
  <DatePicker.RangePicker
    id={{ start: id ?? "" }}
    style={{ width: "100%" }}
    allowEmpty={[true, true]}
    value={value ? [value.from ? dayjs(value.from) : null, value.to ? dayjs(value.to) : null] : null}
    disabled={disabled}
    status={invalid ? "error" : ""}
    onChange={(days) => {
      const [from, to] = [days?.[0]?.format("YYYY-MM-DD") ?? null, days?.[1]?.format("YYYY-MM-DD") ?? null];
      onChange(from || to ? { from, to } : null);
    }}
  />
);

export default DayRangeInput;
