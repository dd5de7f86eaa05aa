/** The look: one neutral family, a brand colour by template, light and dark by tokens. */

import type { ThemeConfig } from "antd";
import { theme } from "antd";

export type Brand = "dental" | "acupuncture" | "aesthetic";
export type Mode = "light" | "dark";

const BRANDS: Record<Brand, { light: string; dark: string; accent: string }> = {
  dental: { light: "#0a7f7d", dark: "#2bb3ae", accent: "#1677c8" },
  acupuncture: { light: "#2f5d50", dark: "#6aa896", accent: "#a8752a" },
  aesthetic: { light: "#b03a6b", dark: "#e082a8", accent: "#7a5ea8" },
};

export const brandOf = (name: string | null | undefined): Brand =>
  name === "acupuncture" || name === "aesthetic" ? name : "dental";

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif';

export const themeOf = (brand: Brand, mode: Mode): ThemeConfig => {
  const dark = mode === "dark";
  const primary = dark ? BRANDS[brand].dark : BRANDS[brand].light;
  return {
    cssVar: { key: "cc" },
    hashed: false,
    algorithm: dark
      ? [theme.darkAlgorithm, theme.compactAlgorithm]
      : [theme.defaultAlgorithm, theme.compactAlgorithm],
    token: {
      colorPrimary: primary,
      colorInfo: primary,
      colorLink: primary,
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      wireframe: false,
      ...(dark
        ? { colorBgLayout: "#101314", colorBgContainer: "#171b1d", colorBgElevated: "#1f2427" }
        : {
            colorBgLayout: "#ffffff",
            colorTextSecondary: "#5a6468",
            colorTextTertiary: "#667175",
            colorTextPlaceholder: "#7b868a",
            colorBorderSecondary: "#e9edee",
            colorError: "#cf2a36",
            colorWarning: "#b55a00",
            colorSuccess: "#1d7f45",
          }),
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
      Tabs: { horizontalItemPadding: "10px 0", horizontalMargin: "0" },
      Drawer: { paddingLG: 20 },
    },
  };
};
