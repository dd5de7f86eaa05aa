/** Colours by the names that definitions use, in the theme's own shades. */

import { theme } from "antd";

const NAMES = [
  "red",
  "volcano",
  "orange",
  "gold",
  "lime",
  "green",
  "cyan",
  "blue",
  "geekblue",
  "purple",
  "magenta",
] as const;
type Name = (typeof NAMES)[number];
const ALIASES: Record<string, Name> = { yellow: "gold", teal: "cyan", pink: "magenta", brown: "volcano" };

const isName = (name: string): name is Name => NAMES.some((known) => known === name);

export type Paint = (name: string | null | undefined) => string;

/** Returns a function from colour names (or `#rrggbb`) to CSS colours; unknown names are grey. */
export const usePaint = (): Paint => {
  const { token } = theme.useToken();
  return (name) => {
    if (!name) return token.colorTextQuaternary;
    if (/^#[0-9a-f]{6}$/i.test(name)) return name;
    const known = ALIASES[name] ?? name;
    return isName(known) ? token[`${known}6`] : token.colorTextQuaternary;
  };
};
