/** Every chart on one page, for looking: `npm run dev`, then /tests/story/index.html?dark=1&lang=en&at=0. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import { createRoot } from "react-dom/client";
import { DashboardView } from "../../src/runtime/dashboards/DashboardView";
import { startI18n } from "../../src/shared/i18n";
import { TokenVars } from "../../src/shared/TokenVars";
import { themeOf } from "../../src/shared/theme";
import "../../src/styles/index.css";
import { dashboard, source } from "./board";

const asked = new URLSearchParams(location.search);
const isDark = asked.has("dark");
await startI18n(asked.get("lang") === "en" ? "en" : "zh");
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <QueryClientProvider client={new QueryClient()}>
      <ConfigProvider theme={themeOf("dental", isDark ? "dark" : "light", true)}>
        <TokenVars dark={isDark} />
        <div style={{ padding: window.innerWidth < 720 ? 12 : 24 }}>
          <DashboardView dashboard={dashboard} source={source} />
        </div>
      </ConfigProvider>
    </QueryClientProvider>,
  );
