/** The day of the Chinese calendar beside a date: 2026-02-17 is 农历正月初一. Loaded only where a field asks for it. */

import { useTranslation } from "react-i18next";
import { lunar } from "../../shared/formula/lunar";
import { readDay } from "../../shared/formula/moments";

/** "" where the calendar does not reach, or where the text is no day. */
export const lunarOf = (day: string): string => {
  try {
    return lunar(readDay(day.slice(0, 10)));
  } catch {
    return "";
  }
};

const LunarDay = ({ day }: { day: string }) => {
  const { t } = useTranslation();
  const words = lunarOf(day);
  return words ? <span className="ctl-quiet">{t("ctl.lunar", { day: words })}</span> : null;
};

export default LunarDay;
