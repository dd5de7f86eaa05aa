/** For those who manage flows: what runs, what is stuck, what was sent, whether nobody was forgotten, and hand-overs. */

import { Tabs } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { useIncidents } from "../../api/tasks";
import { Loading } from "../../shared/States";
import "../tasks/tasks.css";
import "./flows.css";

const Running = lazy(async () => ({ default: (await import("./Running")).Running }));
const Incidents = lazy(async () => ({ default: (await import("./Incidents")).Incidents }));
const Outbox = lazy(async () => ({ default: (await import("./Outbox")).Outbox }));
const Coverage = lazy(async () => ({ default: (await import("./Coverage")).Coverage }));
const Trial = lazy(async () => ({ default: (await import("./Trial")).Trial }));
const Handover = lazy(async () => ({ default: (await import("./Handover")).Handover }));

const TABS = {
  running: Running,
  incidents: Incidents,
  outbox: Outbox,
  coverage: Coverage,
  trial: Trial,
  handover: Handover,
};

export const FlowsScreen = () => {
  const { t } = useTranslation();
  const go = useNavigate();
  const { tab = "running" } = useParams();
  const { data } = useIncidents("open");
  const stuck = data?.incidents.length ?? 0;
  return (
    <div className="page page-flows">
      <header className="head">
        <h1>{t("flows.title")}</h1>
      </header>
      <Tabs
        activeKey={tab in TABS ? tab : "running"}
        onChange={(key) => go(key === "running" ? "/flows" : `/flows/${key}`)}
        destroyOnHidden
        items={Object.entries(TABS).map(([key, Screen]) => ({
          key,
          label: `${t(`flows.tab_${key}`)}${key === "incidents" && stuck ? ` (${stuck})` : ""}`,
          children: (
            <Suspense fallback={<Loading rows={8} />}>
              <Screen />
            </Suspense>
          ),
        }))}
      />
    </div>
  );
};
