/** The colours behind the theme's names, light and dark; `c1/25` is a quarter of `c1`'s strength. */

import { theme } from "antd";
import { useMemo } from "react";

export type Inks = { readonly [name: string]: string };

const SERIES: Record<"light" | "dark", readonly string[]> = {
  light: [
    "#0f8582",
    "#d07f1f",
    "#4a69b5",
    "#c0503a",
    "#6f9330",
    "#8560a5",
    "#c65f92",
    "#567a90",
    "#9c8226",
    "#35936a",
  ],
  dark: [
    "#3fb5b0",
    "#e0a04d",
    "#7e9ae0",
    "#e08270",
    "#9fbf62",
    "#b394d2",
    "#e394bb",
    "#8fb0c4",
    "#cbb35c",
    "#68c196",
  ],
};

const channels = (colour: string): readonly [number, number, number] | null => {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  const byte = (at: number): number => Number.parseInt(hex?.slice(at, at + 2) ?? "", 16);
  if (hex) return [byte(0), byte(2), byte(4)];
  const parts = /^rgba?\(([^)]+)\)$/.exec(colour)?.[1]?.split(",").map(Number);
  const [red, green, blue] = parts ?? [];
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue];
};

/** True for a background that light words stand on. */
export const isDark = (colour: string): boolean => {
  const found = channels(colour);
  return found !== null && 0.299 * found[0] + 0.587 * found[1] + 0.114 * found[2] < 110;
};

/** A colour's name as CSS writes it; anything else comes back as it is. */
export const ink = (name: string, inks: Inks): string => {
  if (name === "none") return "rgba(0,0,0,0)";
  const [base = "", percent] = name.split("/");
  const colour = inks[base];
  if (colour === undefined) return name;
  if (percent === undefined) return colour;
  const found = channels(colour);
  return found ? `rgba(${found.join(",")},${Number(percent) / 100})` : colour;
};

/** How strong the strongest cell of a scale may be, so that the words of the theme are legible on every one. */
const STRONGEST = { light: 0.74, dark: 0.54 };

/** The colour as it looks on the background. */
const solid = (name: string, inks: Inks): string => {
  const [base = "", percent] = name.split("/");
  const over = channels(inks[base] ?? "");
  const under = channels(inks.bg ?? "");
  if (percent === undefined || !over || !under) return ink(name, inks);
  const share = (Number(percent) / 100) * STRONGEST[isDark(inks.bg ?? "") ? "dark" : "light"];
  const mixed = over.map((value, at) => Math.round(value * share + (under[at] ?? 0) * (1 - share)));
  return `rgb(${mixed.join(",")})`;
};

const KEYS = /(color|colors|colorscale)$/;

/** The figure with its colours put in; words of the data are left alone. */
export const inked = (value: unknown, inks: Inks, key = ""): unknown => {
  if (typeof value === "string")
    return key === "colorscale" ? solid(value, inks) : KEYS.test(key) ? ink(value, inks) : value;
  if (Array.isArray(value)) return value.map((item) => inked(item, inks, key));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inked(item, inks, name)]));
  return value;
};

export const useInks = (): Inks => {
  const { token } = theme.useToken();
  return useMemo(() => {
    const dark = isDark(token.colorBgContainer);
    const series = SERIES[dark ? "dark" : "light"].map((colour, at) => [`c${at + 1}`, colour] as const);
    return {
      ...Object.fromEntries(series),
      good: dark ? "#5fbf86" : token.colorSuccess,
      bad: dark ? "#ff7875" : token.colorError,
      warn: dark ? "#e8a54b" : token.colorWarning,
      muted: dark ? "#66727a" : "#a9b3b6",
      text: dark ? "#e6eaeb" : "#1f2629",
      text2: dark ? "#a3adb1" : "#5a6468",
      line: dark ? "#2a3236" : "#e3e8e9",
      bg: token.colorBgContainer,
    };
  }, [token]);
};
