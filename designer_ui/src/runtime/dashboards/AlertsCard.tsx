/** What is off now, on a dashboard: each alert that tells me and its groups, and what I was told of late; the rest is a click away. */

import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAlerts } from "../../api/alerts";
import { formatAgo } from "../../shared/format";
import { ErrorState, Loading } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import "./alerts.css";
import { useZone } from "./useMoment";

const MOST_TOLD = 5;

const Off = () => {
  const { t } = useTranslation();
  const say = useSay();
  const lang = useLang();
  const zone = useZone();
  const { data, error, refetch } = useAlerts();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={4} />;
  const off = data.alerts.filter((one) => one.open.length > 0);
  const told = data.told.filter((one) => one.lines.length > 0).slice(0, MOST_TOLD);
  return (
    <>
      {off.length === 0 ? (
        <p className="alert-calm">
          {data.alerts.length ? t("alerts.allWell", { count: data.alerts.length }) : t("alerts.none")}
        </p>
      ) : null}
      {off.length === 0 ? (
        <ul className="alert-list">
          {data.alerts.map((one) => (
            <li key={one.rule} className="alert-off">
              <Tag color={one.checked_at ? "green" : "default"}>
                {t(one.checked_at ? "alerts.is_well" : "alerts.is_waiting")}
              </Tag>
              <span className="alert-words">
                <span>{say(one.name)}</span>
                <span className="alert-facts">{say(one.condition)}</span>
              </span>
              {one.checked_at ? (
                <time className="alert-since">{formatAgo(one.checked_at, lang, zone)}</time>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      <ul className="alert-list">
        {off.map((one) => (
          <li key={one.rule} className="alert-off">
            <Tag color="red">{t("alerts.is_open", { count: one.open.length })}</Tag>
            <span className="alert-words">
              <Link to={`/alerts?rule=${encodeURIComponent(one.rule)}`}>{say(one.name)}</Link>
              {one.groups.map((group) => (
                <span key={`${group.text} ${group.since}`} className="alert-line">
                  {group.text || say(one.condition)}
                  {group.known ? <span className="alert-since">{t("alerts.isKnown")}</span> : null}
                  {group.since ? (
                    <span className="alert-since">{formatAgo(group.since, lang, zone)}</span>
                  ) : null}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {told.length > 0 ? (
        <>
          <h4 className="alert-before">{t("alerts.told")}</h4>
          <ul className="alert-list">
            {told.map((one) => (
              <li key={`${one.rule} ${one.kind} ${one.at}`} className="alert-off">
                <Tag color={one.kind === "told" ? "red" : one.kind === "over" ? "green" : "default"}>
                  {t(`alerts.kind_${one.kind}`)}
                </Tag>
                <span className="alert-words">
                  <span>{say(one.name)}</span>
                  {one.lines.map((line) => (
                    <span key={line} className="alert-line">
                      {line}
                    </span>
                  ))}
                </span>
                <time className="alert-since">{formatAgo(one.at, lang, zone)}</time>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
};

export const AlertsCard = ({ title }: { title: string }) => {
  const { t } = useTranslation();
  const name = title || t("alerts.tab_alerts");
  return (
    <section className="dash-cell dash-cell-alerts" aria-label={name}>
      <header className="dash-cell-head">
        <h3>{name}</h3>
        <Link className="dash-cell-link" to="/alerts">
          {t("alerts.all")}
        </Link>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys, too */}
      <div className="dash-cell-chart alert-card" tabIndex={0} role="group" aria-label={name}>
        <Off />
      </div>
    </section>
  );
};
