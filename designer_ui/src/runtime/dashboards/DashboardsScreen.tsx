/** The dashboards I may see and those I made myself, one in sight; its state stands in the address. */

import DownloadOutlined from "@ant-design/icons/DownloadOutlined";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { type Home, useDashboards, useReportsHome } from "../../api/reports";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { Arrange } from "./Arrange";
import { BoardMenu } from "./BoardMenu";
import type { CellPart, Dashboard } from "./contract";
import { DashboardView } from "./DashboardView";
import { ExportMenu, useExporting } from "./ExportMenu";
import { liveSource, type Opener } from "./liveSource";
import { asDashboard, type MyBoard, withCell } from "./mine";
import { SubscribeMenu } from "./SubscribeMenu";
import { useAlertOn } from "./useAlertOn";
import { useBoardAddress } from "./useBoardAddress";
import { useBoards } from "./useBoards";
import { useCellNotes } from "./useCellNotes";
import { useFresh } from "./useFresh";
import { useMayExport } from "./useMayExport";

interface Tab {
  readonly key: string;
  readonly name: string;
}

const Heading = ({ tabs, current }: { tabs: readonly Tab[]; current: string }) => {
  const { t } = useTranslation();
  if (tabs.length < 2) return <h1>{tabs[0]?.name ?? t("dashboard.title")}</h1>;
  return (
    <>
      <h1 className="dash-title">{t("dashboard.title")}</h1>
      <nav className="tabs" aria-label={t("dashboard.title")}>
        {tabs.map((tab) => (
          <Link
            key={tab.key}
            to={`/dashboards/${encodeURIComponent(tab.key)}`}
            aria-current={tab.key === current ? "page" : undefined}
            className={tab.key === current ? "tab tab-on" : "tab"}
          >
            {tab.name}
          </Link>
        ))}
      </nav>
    </>
  );
};

/** Leads to the list that shows exactly these records, and back to the board as it stands. */
export const useOpenRecords = (name: string): Opener => {
  const go = useNavigate();
  return useCallback(
    (kind, key, point, words, part) => {
      const back = window.location.pathname + window.location.search;
      const at = encodeURIComponent(JSON.stringify(point));
      go(`/behind/${kind}/${encodeURIComponent(key)}?at=${at}${part ? `&part=${part}` : ""}`, {
        state: { back, name, words },
      });
    },
    [go, name],
  );
};

const Shown = ({
  dashboard,
  mine,
  tabs,
  onArrange,
}: {
  dashboard: Dashboard;
  mine: MyBoard | undefined;
  tabs: readonly Tab[];
  onArrange: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const go = useNavigate();
  const notify = useNotify();
  const mayExport = useMayExport();
  const [params] = useSearchParams();
  const { boards, keep } = useBoards();
  const openRecords = useOpenRecords(say(dashboard.name));
  const source = useMemo(() => liveSource(dashboard, openRecords), [dashboard, openRecords]);
  const { start, board, onBoard } = useBoardAddress(dashboard);
  const notesOf = useCellNotes(dashboard);
  const alertOn = useAlertOn();
  const exporting = useExporting("dashboards", dashboard.key, board);
  useFresh(dashboard.key);
  const addTo = async (board: MyBoard, part: CellPart): Promise<void> => {
    await keep(boards.map((one) => (one.key === board.key ? withCell(one, part, dashboard.key) : one)));
    notify.done(t("dashboard.kept", { name: board.name }));
  };
  const extrasOf = (part: CellPart) => {
    const notes = notesOf(part);
    const others = boards.filter((one) => one.key !== mine?.key);
    return {
      marks: notes.mark,
      actions: [
        ...notes.actions,
        ...alertOn(part),
        ...(mine || !mayExport || part.text || part.panel ? [] : (["xlsx", "png"] as const)).map(
          (format) => ({
            key: `export ${format}`,
            label: t(`dashboard.export_${format}`),
            icon: <DownloadOutlined />,
            run: () => exporting.mutate({ format, cell: part.key }),
          }),
        ),
        ...others.map((board) => ({
          key: `to ${board.key}`,
          label: t("dashboard.toMine", { name: board.name }),
          icon: null,
          run: () => void addTo(board, part).catch(notify.failed),
        })),
      ],
    };
  };
  return (
    <DashboardView
      dashboard={dashboard}
      source={source}
      start={start}
      onBoard={onBoard}
      heading={<Heading tabs={tabs} current={dashboard.key} />}
      tools={
        <>
          {mine || !mayExport ? null : (
            <>
              <ExportMenu kind="dashboards" wanted={dashboard.key} board={board} />
              <SubscribeMenu kind="dashboards" of={dashboard.key} board={board} />
            </>
          )}
          <BoardMenu
            dashboard={dashboard}
            mine={mine}
            onArrange={onArrange}
            onGo={(key) => go(`/dashboards/${encodeURIComponent(key)}`)}
          />
        </>
      }
      extrasOf={extrasOf}
      isWall={params.has("wall")}
    />
  );
};

const Chosen = ({ home, wanted, tabs }: { home: Home; wanted: string; tabs: readonly Tab[] }) => {
  const { boards } = useBoards();
  const [isArranging, setArranging] = useState(false);
  const mine = boards.find((one) => one.key === wanted);
  const needed = mine
    ? [...new Set(mine.cells.map((one) => one.from.dashboard))].filter((key) =>
        home.dashboards.some((one) => one.key === key),
      )
    : [wanted];
  const found = useDashboards(needed);
  // What was fetched before stays in sight where it cannot be fetched anew.
  if (!found.data)
    return (
      <div className="dash-board">
        <header className="dash-board-head">
          <Heading tabs={tabs} current={wanted} />
        </header>
        {found.error ? <ErrorState error={found.error} onRetry={found.retry} /> : <Loading rows={12} />}
      </div>
    );
  const dashboard = mine ? asDashboard(mine, found.data) : found.data[0];
  if (!dashboard) return null;
  if (mine && isArranging)
    return <Arrange board={mine} dashboard={dashboard} onDone={() => setArranging(false)} />;
  return (
    <Shown
      key={JSON.stringify(mine ?? dashboard.key)}
      dashboard={dashboard}
      mine={mine}
      tabs={tabs}
      onArrange={() => setArranging(true)}
    />
  );
};

export const DashboardsScreen = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { key } = useParams();
  const home = useReportsHome();
  const { boards, isReady } = useBoards();
  const title = t("dashboard.title");
  useEffect(() => {
    document.title = `${title} · Clinicraft`;
  }, [title]);
  if (home.error && !home.data)
    return <ErrorState error={home.error} onRetry={() => void home.refetch()} />;
  if (!home.data || !isReady) return <Loading rows={12} />;
  const tabs = [
    ...home.data.dashboards.map((one) => ({ key: one.key, name: say(one.name) })),
    ...boards.map((one) => ({ key: one.key, name: one.name })),
  ];
  const current = key ?? tabs[0]?.key;
  return (
    <div className="page page-dashboard">
      {current === undefined ? (
        <StateView picture="lock" title={t("dashboard.noneMine")}>
          {t("dashboard.noneMineNext")}
        </StateView>
      ) : tabs.some((one) => one.key === current) ? (
        <Chosen key={current} home={home.data} wanted={current} tabs={tabs} />
      ) : (
        <StateView picture="lost" title={t("dashboard.gone")}>
          <Link to="/dashboards">{t("dashboard.title")}</Link>
        </StateView>
      )}
    </div>
  );
};
