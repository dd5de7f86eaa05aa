/** What tells me something by itself: alerts and how they stand, and what is sent to me at its times. */

import { Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { ALERT_RULES, useAlerts } from "../../api/alerts";
import { ErrorState, Loading } from "../../shared/States";
import { useFrame } from "../shell/frame";
import { Alerts } from "./Alerts";
import "./alerts.css";
import "./dashboards.css";
import { Subscriptions } from "./Subscriptions";
import { useMayAlert } from "./useAlertOn";

const TABS = ["alerts", "subscriptions"] as const;

const MyAlerts = () => {
  const { data, error, refetch } = useAlerts();
  const [params] = useSearchParams();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return data ? (
    <Alerts alerts={data.alerts} told={data.told} asked={params.get("rule")} />
  ) : (
    <Loading rows={10} />
  );
};

export const AlertsScreen = () => {
  const { t } = useTranslation();
  const { tab } = useParams();
  const frame = useFrame();
  const { refetch } = useAlerts();
  const current = tab === "subscriptions" ? "subscriptions" : "alerts";
  const title = t("alerts.title");
  useEffect(() => {
    document.title = `${title} · Clinicraft`;
  }, [title]);
  const mayCreate = useMayAlert();
  return (
    <div className="page page-alerts">
      <header className="dash-board-head">
        <h1 className="dash-title">{title}</h1>
        <nav className="tabs" aria-label={title}>
          {TABS.map((one) => (
            <Link
              key={one}
              to={one === "alerts" ? "/alerts" : `/alerts/${one}`}
              aria-current={one === current ? "page" : undefined}
              className={one === current ? "tab tab-on" : "tab"}
            >
              {t(`alerts.tab_${one}`)}
            </Link>
          ))}
        </nav>
        {mayCreate && current === "alerts" ? (
          <Button
            type="primary"
            className="alerts-new"
            onClick={() => frame.openNew({ form: ALERT_RULES, onDone: () => void refetch() })}
          >
            {t("alerts.new")}
          </Button>
        ) : null}
      </header>
      {current === "alerts" ? <MyAlerts /> : <Subscriptions />}
    </div>
  );
};
