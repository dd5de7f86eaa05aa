/** A dashboard: its filters above a grid of 24 columns, one column on a phone; charts load as they answer. */

import DesktopOutlined from "@ant-design/icons/DesktopOutlined";
import PrinterOutlined from "@ant-design/icons/PrinterOutlined";
import ReloadOutlined from "@ant-design/icons/ReloadOutlined";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type CSSProperties, type ReactNode, useCallback, useEffect, useReducer, useState } from "react";
import { useTranslation } from "react-i18next";
import "../../charts/parts/charts.css";
import { StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { AlertsCard } from "./AlertsCard";
import { acted, type Board, inOrder, opened, questionOf } from "./board";
import { type CellAction, CellCard } from "./CellCard";
import { closedUp } from "./closing";
import type { CellAnswer, CellPart, Dashboard, Point, Source } from "./contract";
import "./dashboards.css";
import { ExplainPanel } from "./ExplainPanel";
import { FilterBar } from "./FilterBar";
import { Rotation } from "./Rotation";
import { useMoment } from "./useMoment";
import { EMPTY, useNeeds } from "./useNeeds";
import { usePrint } from "./usePrint";
import { type Known, learned, wordsFrom } from "./wording";

export interface CellExtras {
  readonly actions: readonly CellAction[];
  readonly marks?: ReactNode;
}

/** A card of alerts scrolls: it goes along with what stands beside it. */
const PANEL = 180;

/** Where a part stands; on paper, which has no fixed places, how wide it is. */
const placed = ({ x, y, w, h }: CellPart): CSSProperties & Record<"--span", number> => ({
  gridColumn: `${x + 1} / span ${w}`,
  gridRow: `${y + 1} / span ${h}`,
  "--span": w,
});

export const DashboardView = ({
  dashboard,
  source,
  heading,
  tools: more,
  start,
  onBoard,
  extrasOf,
  refreshMs = false,
  isWall = false,
}: {
  dashboard: Dashboard;
  source: Source;
  /** In place of its name. */
  heading?: ReactNode;
  tools?: ReactNode;
  start?: Board;
  onBoard?: (board: Board) => void;
  /** What a screen adds to a cell. */
  extrasOf?: (part: CellPart, board: Board) => CellExtras;
  refreshMs?: number | false;
  /** Opened as a wall screen: it rotates at once. */
  isWall?: boolean;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const isNarrow = useNarrow();
  const moment = useMoment();
  const client = useQueryClient();
  const [board, act] = useReducer(acted, start ?? opened(dashboard));
  const [isRotating, setRotating] = useState(isWall);
  const [known, setKnown] = useState<Known>({});
  const [asOf, setAsOf] = useState<string | null>(null);
  const [explained, setExplained] = useState<{ point: Point; title: string } | null>(null);
  const print = usePrint();
  const [needs, noteNeed] = useNeeds(dashboard.key);
  const stop = useCallback(() => setRotating(false), []);
  const explain = useCallback((point: Point, title: string) => setExplained({ point, title }), []);
  const learn = useCallback((_cell: string, answer: CellAnswer) => {
    setKnown((old) => learned(old, answer.words));
    const { as_of: at } = answer;
    if (at) setAsOf((old) => (old === null || at > old ? at : old));
  }, []);
  useEffect(() => onBoard?.(board), [board, onBoard]);
  const panels = dashboard.cells.filter((one) => one.panel).map((one) => [one.key, PANEL] as const);
  const parts = isNarrow
    ? inOrder(dashboard)
    : closedUp(dashboard.cells, { ...needs, ...Object.fromEntries(panels) }, (key) => needs[key] === EMPTY);
  const words = wordsFrom(known, t("dashboard.blank"));
  const time = dashboard.filters.find((one) => one.kind === "period");
  const chosen = time?.options.find((one) => one.value === board.filters[time.key]);
  const usualPeriod = say(chosen?.name);
  const tools = [
    {
      key: "refresh",
      icon: <ReloadOutlined />,
      run: () => void client.invalidateQueries({ queryKey: ["dashboard", dashboard.key] }),
    },
    ...(isNarrow ? [] : [{ key: "rotate", icon: <DesktopOutlined />, run: () => setRotating(true) }]),
    { key: "print", icon: <PrinterOutlined />, run: print },
  ];
  return (
    <div className="dash-board">
      <header className="dash-board-head">
        {heading ?? <h1>{say(dashboard.name)}</h1>}
        <div className="dash-board-tools">
          {asOf ? <span className="dash-board-asof">{t("dashboard.asOf", { at: moment(asOf) })}</span> : null}
          {tools.map((tool) => (
            <Button
              key={tool.key}
              type="text"
              icon={tool.icon}
              aria-label={t(`dashboard.${tool.key}`)}
              title={t(`dashboard.${tool.key}`)}
              onClick={tool.run}
            />
          ))}
          {more}
        </div>
      </header>
      <FilterBar dashboard={dashboard} board={board} words={words} act={act} />
      {dashboard.cells.length === 0 ? (
        <StateView picture="empty" title={t("dashboard.none")}>
          {t("dashboard.noneNext")}
        </StateView>
      ) : isRotating ? null : (
        <div className={`dash-board-grid${isNarrow ? " is-narrow" : ""}`}>
          {parts.map((part) => (
            <div
              key={part.key}
              className={`dash-board-spot spot-${part.chart}`}
              style={isNarrow ? undefined : placed(part)}
            >
              {part.text ? (
                <div className="dash-text">{say(part.text)}</div>
              ) : part.panel ? (
                <AlertsCard title={say(part.title)} />
              ) : (
                <CellCard
                  part={part}
                  dashboard={dashboard.key}
                  source={source}
                  question={questionOf(dashboard, board, part.key)}
                  refreshMs={refreshMs}
                  isCrossing={part.key in board.crossed}
                  words={words}
                  usualPeriod={usualPeriod}
                  act={act}
                  onAnswer={learn}
                  onNeed={noteNeed}
                  {...(source.explain ? { onExplain: explain } : {})}
                  {...(extrasOf ? extrasOf(part, board) : {})}
                />
              )}
            </div>
          ))}
        </div>
      )}
      {isRotating ? (
        <Rotation dashboard={dashboard} board={board} source={source} period={usualPeriod} onClose={stop} />
      ) : null}
      {explained ? <ExplainPanel {...explained} source={source} onClose={() => setExplained(null)} /> : null}
    </div>
  );
};
