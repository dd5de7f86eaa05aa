/** A dashboard: its filters above a grid of 24 columns, one column on a phone; charts load one by one as they answer. */

import { DesktopOutlined, PrinterOutlined, ReloadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useCallback, useReducer, useState } from "react";
import { useTranslation } from "react-i18next";
import "../../charts/parts/charts.css";
import { StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { acted, inOrder, opened, questionOf } from "./board";
import { CellCard } from "./CellCard";
import type { Dashboard, Source } from "./contract";
import "./dashboards.css";
import { FilterBar } from "./FilterBar";
import { Rotation } from "./Rotation";

export const DashboardView = ({
  dashboard,
  source,
  asOf,
  refreshMs = false,
}: {
  dashboard: Dashboard;
  source: Source;
  /** When the numbers were counted, in words. */
  asOf?: string;
  refreshMs?: number | false;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const isNarrow = useNarrow();
  const client = useQueryClient();
  const [board, act] = useReducer(acted, dashboard, opened);
  const [isRotating, setRotating] = useState(false);
  const stop = useCallback(() => setRotating(false), []);
  const tools = [
    {
      key: "refresh",
      icon: <ReloadOutlined />,
      run: () => void client.invalidateQueries({ queryKey: ["dashboard", dashboard.key] }),
    },
    { key: "rotate", icon: <DesktopOutlined />, run: () => setRotating(true) },
    { key: "print", icon: <PrinterOutlined />, run: () => window.print() },
  ];
  return (
    <div className="dash-board">
      <header className="dash-board-head">
        <h1>{say(dashboard.name)}</h1>
        {asOf ? <span className="dash-board-asof">{t("dashboard.asOf", { at: asOf })}</span> : null}
        <div className="dash-board-tools">
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
        </div>
      </header>
      <FilterBar dashboard={dashboard} board={board} source={source} act={act} />
      {dashboard.cells.length === 0 ? (
        <StateView picture="empty" title={t("dashboard.none")}>
          {t("dashboard.noneNext")}
        </StateView>
      ) : (
        <div className={`dash-board-grid${isNarrow ? " is-narrow" : ""}`}>
          {inOrder(dashboard).map((part) => (
            <div
              key={part.key}
              className={`dash-board-spot spot-${part.chart}`}
              style={
                isNarrow
                  ? undefined
                  : {
                      gridColumn: `${part.x + 1} / span ${part.w}`,
                      gridRow: `${part.y + 1} / span ${part.h}`,
                    }
              }
            >
              <CellCard
                part={part}
                dashboard={dashboard.key}
                source={source}
                question={questionOf(dashboard, board, part.key)}
                refreshMs={refreshMs}
                isCrossing={part.key in board.crossed}
                act={act}
              />
            </div>
          ))}
        </div>
      )}
      {isRotating ? <Rotation dashboard={dashboard} board={board} source={source} onClose={stop} /> : null}
    </div>
  );
};
