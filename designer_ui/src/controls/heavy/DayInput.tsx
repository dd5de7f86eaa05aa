/** A day, month or year from a calendar; typed dates are read too. */

import { DatePicker } from "antd";
import dayjs from "dayjs";
import { isWorkday } from "../../shared/formula/functions/workdays";
import { readDay } from "../../shared/formula/moments";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { DayConfig } from "../parts/days";
import LunarDay from "./LunarDay";

const FORMATS = {
  date: ["YYYY-MM-DD", "YYYY/M/D", "YYYY.M.D", "YYYYMMDD", "YYYY年M月D日"],
  month: ["YYYY-MM", "YYYY/M"],
  year: ["YYYY"],
};

const DayInput = ({
  id,
  value,
  config,
  field,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<string, DayConfig>) => {
  const say = useSay();
  const picker = field.control === "month" || field.control === "year" ? field.control : "date";
  return (
    <>
      <DatePicker
        id={id ?? ""}
        picker={picker}
        format={FORMATS[picker]}
        style={{ width: "100%" }}
        value={value ? dayjs(value) : null}
        disabled={disabled}
        status={invalid ? "error" : ""}
        variant={compact ? "borderless" : "outlined"}
        autoFocus={autoFocus ?? false}
        defaultOpen={compact ?? false}
        placeholder={say(field.placeholder)}
        {...(config.min ? { minDate: dayjs(config.min) } : {})}
        {...(config.max ? { maxDate: dayjs(config.max) } : {})}
        disabledDate={(day) =>
          (config.weekdays ? !config.weekdays.includes(day.day() || 7) : false) ||
          (config.workdays ? !isWorkday(readDay(day.format("YYYY-MM-DD"))) : false)
        }
        onChange={(day) => onChange(day ? day.format("YYYY-MM-DD") : null)}
      />
      {config.lunar && value ? <LunarDay day={value} /> : null}
    </>
  );
};

export default DayInput;
