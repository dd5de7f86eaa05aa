/** For those who manage flows: what runs, what is stuck, what was sent, whether nobody was forgotten, and hand-overs. */

import { Select, Tabs } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { useIncidents } from "../../api/tasks";
import { Loading } from "../../shared/States";
import { useNarrow } from "../../shared/useNarrow";
import "../tasks/tasks.css";
import "./flows.css";

const Running = lazy(async () => ({ default: (await import("./Running")).Running }));
const Incidents = lazy(async () => ({ default: (await import("./Incidents")).Incidents }));
const Outbox = lazy(async () => ({ default: (await import("./Outbox")).Outbox }));
const Contacts = lazy(async () => ({ default: (await import("./Contacts")).Contacts }));
const Coverage = lazy(async () => ({ default: (await import("./Coverage")).Coverage }));
const Journeys = lazy(async () => ({ default: (await import("./Journeys")).Journeys }));
const Trial = lazy(async () => ({ default: (await import("./Trial")).Trial }));
const Handover = lazy(async () => ({ default: (await import("./Handover")).Handover }));

const TABS = {
  running: Running,
  incidents: Incidents,
  outbox: Outbox,
  contacts: Contacts,
  coverage: Coverage,
  journeys: Journeys,
  trial: Trial,
  handover: Handover,
};

export const FlowsScreen = () => {
  const { t } = useTranslation();
  const go = useNavigate();
  const { tab = "running" } = useParams();
  const { data } = useIncidents("open");
  const stuck = data?.count ?? 0;
  const isNarrow = useNarrow();
  const at = tab in TABS ? (tab as keyof typeof TABS) : "running";
  const open = (key: string) => go(key === "running" ? "/flows" : `/flows/${key}`);
  const label = (key: string) =>
    `${t(`flows.tab_${key}`)}${key === "incidents" && stuck ? ` (${stuck})` : ""}`;
  const Narrow = TABS[at];
  return (
    <div className="page page-flows">
      <header className="head">
        <h1>{t("flows.title")}</h1>
      </header>
      {isNarrow ? (
        <>
          <Select
            className="flow-tab"
            value={at}
            onChange={open}
            aria-label={t("flows.title")}
            options={Object.keys(TABS).map((key) => ({ value: key, label: label(key) }))}
          />
          <Suspense fallback={<Loading rows={8} />}>
            <Narrow />
          </Suspense>
        </>
      ) : (
        <Tabs
          activeKey={at}
          onChange={open}
          destroyOnHidden
          items={Object.entries(TABS).map(([key, Screen]) => ({
            key,
            label: label(key),
            children: (
              <Suspense fallback={<Loading rows={8} />}>
                <Screen />
              </Suspense>
            ),
          }))}
        />
      )}
    </div>
  );
};
