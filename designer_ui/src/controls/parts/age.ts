/** Ages as clinics say them: years, for small children months, for babies days. */

import type { Lang } from "../../shared/words";

const parted = (day: string): [number, number, number] | null => {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(day);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : null;
};

export const ageText = (born: string, on: string, lang: Lang, isExact = true): string => {
  const [from, to] = [parted(born), parted(on)];
  if (!from || !to) return "";
  const months = (to[0] - from[0]) * 12 + to[1] - from[1] - (to[2] < from[2] ? 1 : 0);
  if (months < 0) return "";
  const years = Math.floor(months / 12);
  if (years >= 3 || !isExact) return lang === "zh" ? `${years}岁` : `${years} y`;
  if (months >= 1) {
    const rest = months % 12;
    if (lang === "zh") return years ? `${years}岁${rest ? `${rest}个月` : ""}` : `${months}个月`;
    return years ? `${years} y${rest ? ` ${rest} m` : ""}` : `${months} m`;
  }
  const days = daysBetween(born, on);
  return lang === "zh" ? `${days}天` : `${days} d`;
};

export const daysBetween = (from: string, to: string): number =>
  Math.round(
    (Date.parse(`${to.slice(0, 10)}T00:00:00Z`) - Date.parse(`${from.slice(0, 10)}T00:00:00Z`)) / 86_400_000,
  );
