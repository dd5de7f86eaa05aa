/** Hands the theme's tokens to our own style sheet as `--c-…`, so that it holds no colour of its own. */

import { theme } from "antd";
import { useLayoutEffect } from "react";

export const TokenVars = ({ dark }: { dark: boolean }) => {
  const { token } = theme.useToken();
  useLayoutEffect(() => {
    const values: Record<string, string> = {
      primary: token.colorPrimary,
      "primary-bg": token.colorPrimaryBg,
      "primary-bg-hover": token.colorPrimaryBgHover,
      "primary-border": token.colorPrimaryBorder,
      text: token.colorText,
      "text-2": token.colorTextSecondary,
      "text-3": token.colorTextTertiary,
      "on-primary": token.colorTextLightSolid,
      bg: token.colorBgContainer,
      layout: token.colorBgLayout,
      raised: token.colorBgElevated,
      fill: token.colorFillQuaternary,
      "fill-2": token.colorFillTertiary,
      "fill-3": token.colorFillSecondary,
      line: token.colorBorderSecondary,
      "line-2": token.colorBorder,
      error: token.colorError,
      "error-bg": token.colorErrorBg,
      "error-line": token.colorErrorBorder,
      "error-text": token.colorErrorText,
      warning: token.colorWarning,
      "warning-text": token.colorWarningText,
      "warning-bg": token.colorWarningBg,
      "warning-line": token.colorWarningBorder,
      success: token.colorSuccess,
      "success-bg": token.colorSuccessBg,
      shadow: token.boxShadowSecondary,
      font: token.fontFamily,
      red: token.red6 ?? token.colorError,
      orange: token.orange6 ?? token.colorWarning,
      green: token.green6 ?? token.colorSuccess,
      grey: token.colorTextQuaternary,
      blue: token.blue6 ?? token.colorInfo,
    };
    const { style } = document.documentElement;
    for (const [name, value] of Object.entries(values)) style.setProperty(`--c-${name}`, value);
    style.colorScheme = dark ? "dark" : "light";
  }, [token, dark]);
  return null;
};
