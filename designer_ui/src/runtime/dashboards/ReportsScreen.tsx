/** Reports by subject on the left, the chosen one beside: its chart, its table, its filters, its exports. */

import SearchOutlined from "@ant-design/icons/SearchOutlined";
import { Input, Segmented } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useParams } from "react-router";
import { type ReportLine, type ReportPage, useReport, useReportsHome } from "../../api/reports";
import { score } from "../../shared/match";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { type Lang, say as saying } from "../../shared/words";
import type { Dashboard } from "./contract";
import { useOpenRecords } from "./DashboardsScreen";
import { DashboardView } from "./DashboardView";
import { ExportMenu } from "./ExportMenu";
import { reportSource } from "./liveSource";
import { SubscribeMenu } from "./SubscribeMenu";
import { useBoardAddress } from "./useBoardAddress";
import { useFresh } from "./useFresh";
import { useMayExport } from "./useMayExport";

type Form = "both" | "chart" | "table";

const isForm = (value: string): value is Form => ["both", "chart", "table"].includes(value);

/** Kinds that are tables themselves. */
const TABLES = new Set(["table", "crosstab"]);

/** Reports by the name of their subject, those that fit the text. Single numbers have their place on dashboards. */
const grouped = (reports: readonly ReportLine[], lang: Lang, text: string): [string, ReportLine[]][] => {
  const found = new Map<string, ReportLine[]>();
  for (const one of reports.filter((each) => each.chart !== "kpi")) {
    const name = saying(one.group, lang);
    const isIn = text === "" || score(`${name} ${saying(one.name, lang)}`, text) > 0;
    if (isIn) found.set(name, [...(found.get(name) ?? []), one]);
  }
  return [...found];
};

const pathOf = (report: ReportLine): string => `/reports/${encodeURIComponent(report.key)}`;

const CatalogueLinks = ({ reports }: { reports: readonly ReportLine[] }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const [text, setText] = useState("");
  const groups = useMemo(() => grouped(reports, lang, text.trim()), [reports, text, lang]);
  return (
    <nav className="reports-list" aria-label={t("dashboard.reports")}>
      <Input
        type="search"
        allowClear
        prefix={<SearchOutlined />}
        value={text}
        placeholder={t("dashboard.searchReports")}
        aria-label={t("dashboard.searchReports")}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="reports-scroll">
        {groups.map(([name, lines]) => (
          <section key={name}>
            {name ? <h2>{name}</h2> : null}
            {lines.map((one) => (
              <NavLink
                key={one.key}
                to={pathOf(one)}
                className={({ isActive }) => (isActive ? "reports-link is-on" : "reports-link")}
              >
                {say(one.name)}
              </NavLink>
            ))}
          </section>
        ))}
        {groups.length === 0 ? <p className="reports-none">{t("dashboard.noReport")}</p> : null}
      </div>
    </nav>
  );
};

/** What each report answers, for whoever has not chosen one yet. */
const Overview = ({ reports }: { reports: readonly ReportLine[] }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const groups = useMemo(() => grouped(reports, lang, ""), [reports, lang]);
  if (groups.length === 0)
    return (
      <StateView picture="empty" title={t("dashboard.noReport")}>
        {t("dashboard.noReportNext")}
      </StateView>
    );
  return (
    <div className="reports-overview">
      <h1>{t("dashboard.pickReport")}</h1>
      <div className="reports-subjects">
        {groups.map(([name, lines]) => (
          <section key={name}>
            <h2>{name}</h2>
            {lines.map((one) => (
              <Link key={one.key} to={pathOf(one)} className="reports-card">
                <span>{say(one.name)}</span>
                {one.description ? <small>{say(one.description)}</small> : null}
              </Link>
            ))}
          </section>
        ))}
      </div>
    </div>
  );
};

/** One report as a board of its chart and its table. */
const boardOf = (report: ReportPage, form: Form, isWhole = true): Dashboard => {
  const chart = {
    key: "chart",
    title: report.name,
    chart: report.chart,
    x: 0,
    y: 0,
    w: 24,
    h: 11,
    isWhole,
    ...(report.description ? { note: report.description } : {}),
  };
  const table = { ...chart, key: "table", chart: "table", title: { zh: "数据", en: "Data" } };
  const { key, name, filters } = report;
  const alone = TABLES.has(report.chart) || form === "chart";
  const cells = alone
    ? [chart]
    : form === "table"
      ? [table]
      : [
          { ...chart, h: 6 },
          { ...table, y: 6, h: 6 },
        ];
  return { key: `report ${key}`, name, filters, cells };
};

const Shown = ({ report }: { report: ReportPage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const isNarrow = useNarrow();
  const mayExport = useMayExport();
  const [form, setForm] = useState<Form>("both");
  const dashboard = useMemo(() => boardOf(report, form, !isNarrow), [report, form, isNarrow]);
  const openRecords = useOpenRecords(say(report.name));
  const source = useMemo(() => reportSource(report.key, openRecords), [report.key, openRecords]);
  const { start, board, onBoard } = useBoardAddress(dashboard);
  useFresh(dashboard.key);
  const isTable = TABLES.has(report.chart);
  return (
    <DashboardView
      dashboard={dashboard}
      source={source}
      start={start}
      onBoard={onBoard}
      tools={
        <>
          {isTable ? null : (
            <Segmented<string>
              size="small"
              value={form}
              onChange={(value) => isForm(value) && setForm(value)}
              options={[
                { value: "both", label: t("dashboard.bothForms") },
                { value: "chart", label: t("dashboard.chartForm") },
                { value: "table", label: t("dashboard.tableForm") },
              ]}
            />
          )}
          {mayExport ? (
            <>
              <ExportMenu kind="reports" wanted={report.key} board={board} />
              <SubscribeMenu kind="reports" of={report.key} board={board} />
            </>
          ) : null}
        </>
      }
    />
  );
};

const Chosen = ({ wanted }: { wanted: string }) => {
  const report = useReport(wanted);
  if (report.data) return <Shown report={report.data} />;
  if (report.error) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  return <Loading rows={12} />;
};

export const ReportsScreen = () => {
  const { t } = useTranslation();
  const isNarrow = useNarrow();
  const { key } = useParams();
  const home = useReportsHome();
  const title = t("dashboard.reports");
  useEffect(() => {
    document.title = `${title} · Clinicraft`;
  }, [title]);
  if (home.error && !home.data)
    return <ErrorState error={home.error} onRetry={() => void home.refetch()} />;
  if (!home.data) return <Loading rows={12} />;
  const isAlone = isNarrow && key !== undefined;
  return (
    <div className="page page-reports">
      {isAlone ? null : <CatalogueLinks reports={home.data.reports} />}
      {key ? (
        <div className="reports-shown">
          <Chosen key={key} wanted={key} />
        </div>
      ) : isNarrow ? null : (
        <Overview reports={home.data.reports} />
      )}
    </div>
  );
};
