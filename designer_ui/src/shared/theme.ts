/** The look: one neutral family, a brand colour by template, light and dark by tokens. */

import type { ThemeConfig } from "antd";
import { theme } from "antd";

export type Brand = "dental" | "acupuncture" | "aesthetic";
export type Mode = "light" | "dark";

/** Each brand: its colour, and the tints that chosen things stand on. */
interface Tints {
  primary: string;
  soft: string;
  softHover: string;
  edge: string;
}

const BRANDS: Record<Brand, Record<Mode, Tints>> = {
  dental: {
    light: { primary: "#08706e", soft: "#e8f5f4", softHover: "#d8eeec", edge: "#93ccc9" },
    dark: { primary: "#3fd0ca", soft: "#123332", softHover: "#184241", edge: "#226a67" },
  },
  acupuncture: {
    light: { primary: "#2f5d50", soft: "#ecf3f0", softHover: "#deebe6", edge: "#a3c3b8" },
    dark: { primary: "#74b3a0", soft: "#1c302a", softHover: "#253f37", edge: "#3d6a5c" },
  },
  aesthetic: {
    light: { primary: "#b03a6b", soft: "#fbeef3", softHover: "#f6dfe8", edge: "#e2a6bf" },
    dark: { primary: "#e082a8", soft: "#3a1f2b", softHover: "#4a2837", edge: "#7c4560" },
  },
};

const BY_COLOR: { readonly [color: string]: Brand } = {
  teal: "dental",
  green: "acupuncture",
  ink: "acupuncture",
  rose: "aesthetic",
  pink: "aesthetic",
};

/** The tints for the colour that an app's manifest names. */
export const brandOf = (color: string | null | undefined): Brand => BY_COLOR[color ?? ""] ?? "dental";

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif';

export const themeOf = (brand: Brand, mode: Mode, isStill = false): ThemeConfig => {
  const dark = mode === "dark";
  const { primary, soft, softHover, edge } = BRANDS[brand][mode];
  const filled = BRANDS[brand].light.primary;
  return {
    cssVar: { key: "cc" },
    hashed: false,
    algorithm: dark
      ? [theme.darkAlgorithm, theme.compactAlgorithm]
      : [theme.defaultAlgorithm, theme.compactAlgorithm],
    token: {
      colorPrimary: primary,
      colorInfo: primary,
      colorInfoBg: soft,
      colorInfoBorder: edge,
      colorLink: primary,
      colorPrimaryBg: soft,
      colorPrimaryBgHover: softHover,
      colorPrimaryBorder: edge,
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      wireframe: false,
      motion: !isStill,
      ...(dark
        ? {
            colorBgLayout: "#101314",
            colorBgContainer: "#171b1d",
            colorBgElevated: "#1f2427",
            colorTextPlaceholder: "#8b9498",
            // Read as words on cards and drawers: 4.5 to 1 on both.
            colorTextTertiary: "#8b9498",
            colorError: "#ff7875",
          }
        : {
            colorBgLayout: "#ffffff",
            colorTextSecondary: "#5a6468",
            colorTextTertiary: "#667175",
            colorTextPlaceholder: "#697478",
            colorBorderSecondary: "#e9edee",
            colorError: "#cf2a36",
            colorWarning: "#b55a00",
            colorSuccess: "#1d7f45",
          }),
    },
    components: {
      Button: {
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        // White words need the deeper shade, also in the dark.
        ...(dark
          ? {
              colorPrimary: filled,
              colorPrimaryHover: filled,
              colorPrimaryActive: filled,
              dangerColor: "#1a0d0d",
            }
          : {}),
      },
      Badge: dark ? { colorError: "#cf2a36" } : {},
      Tabs: { horizontalItemPadding: "10px 0", horizontalMargin: "0", horizontalItemGutter: 20 },
      Segmented: { trackBg: dark ? "#0c0e0f" : "#f0f3f3" },
      Drawer: { paddingLG: 20 },
    },
  };
};
