/** Providers around the routes: server state, language, theme. */

import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useMemo, useState } from "react";
import { RouterProvider } from "react-router/dom";
import { queryClient } from "./api/queryClient";
import { useKnownMe } from "./api/session";
import { router } from "./routes";
import { TokenVars } from "./shared/TokenVars";
import { brandOf, type Mode, themeOf } from "./shared/theme";
import {
  BrandContext,
  isThemeOpen,
  keepTheme,
  keptTheme,
  type ThemeChoice,
  ThemeContext,
} from "./shared/themeChoice";
import { useLang } from "./shared/useLang";

/** Whether the system asks for something, now and whenever that changes. */
const useWish = (wish: string): boolean => {
  const [is, setIs] = useState(() => window.matchMedia(wish).matches);
  useEffect(() => {
    const media = window.matchMedia(wish);
    const listen = () => setIs(media.matches);
    media.addEventListener("change", listen);
    return () => media.removeEventListener("change", listen);
  }, [wish]);
  return is;
};

const Themed = () => {
  const lang = useLang();
  const system: Mode = useWish("(prefers-color-scheme: dark)") ? "dark" : "light";
  // Without motion a menu that waits for the end of its movement would never arrive.
  const isStill = useWish("(prefers-reduced-motion: reduce)");
  const { data: me } = useKnownMe();
  const [choice, setChoice] = useState<ThemeChoice>(keptTheme);
  const [brand, setBrand] = useState<string | null>(null);
  const [isPaper, setPaper] = useState(false);
  const wanted = choice === "system" ? system : choice;
  const mode: Mode = isPaper ? "light" : wanted;
  const shown = brandOf(me?.app.brand?.color ?? brand);
  const theme = useMemo(() => themeOf(shown, mode, isStill), [shown, mode, isStill]);
  const chosen = useMemo(
    () => ({
      choice,
      mode,
      isFirst: isThemeOpen(),
      choose: (next: ThemeChoice) => {
        keepTheme(next);
        setChoice(next);
      },
      setPaper,
    }),
    [choice, mode],
  );
  return (
    <ConfigProvider
      theme={theme}
      locale={lang === "zh" ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      getPopupContainer={() => document.body}
    >
      <TokenVars dark={mode === "dark"} />
      <AntApp className="app">
        <ThemeContext.Provider value={chosen}>
          <BrandContext.Provider value={setBrand}>
            <RouterProvider router={router} />
          </BrandContext.Provider>
        </ThemeContext.Provider>
      </AntApp>
    </ConfigProvider>
  );
};

export const App = () => (
  <QueryClientProvider client={queryClient}>
    <Themed />
  </QueryClientProvider>
);
