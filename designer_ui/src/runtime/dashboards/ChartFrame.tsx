/** What stands in a cell: skeleton, problem, nothing, or the chart with its notes. A failure stays in its own cell. */

import { Button, Skeleton } from "antd";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { isPlot, type Picked } from "../../charts/parts/figure";
import { asksFor } from "../../charts/parts/fitTurn";
import { useChartView } from "../../charts/parts/view";
import { useLang, useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import type { Answered } from "./useAnswer";

interface GuardProps {
  readonly fallback: ReactNode;
  readonly children: ReactNode;
}

/** Keeps one broken chart from taking the dashboard down. */
class Guard extends Component<GuardProps, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }
  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}

const Trouble = ({ title, hint, onRetry }: { title: string; hint?: string; onRetry?: () => void }) => {
  const { t } = useTranslation();
  return (
    <div className="dash-cell-state" role="alert">
      <b>{title}</b>
      {hint ? <span>{hint}</span> : null}
      {onRetry ? (
        <Button size="small" onClick={onRetry}>
          {t("dashboard.retry")}
        </Button>
      ) : null}
    </div>
  );
};

/** Height of a chart in a card of a phone. */
const USUAL = 240;

export const ChartFrame = ({
  kind,
  title,
  answered,
  isNow,
  isWhole = false,
  onPick,
}: {
  kind: string;
  title: string;
  answered: Answered;
  /** It is about the present, whatever period the board is about. */
  isNow?: boolean | undefined;
  /** Every column of a table stands by itself. */
  isWhole?: boolean;
  onPick?: (picked: Picked) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const lang = useLang();
  const { answer, error, isFirst, retry } = answered;
  const figure = answer?.figure;
  const view = useChartView(figure?.kind ?? kind);
  const isNarrow = useNarrow();
  if (isFirst || (figure && view === undefined))
    return (
      <div className="dash-cell-wait" aria-busy="true">
        {kind === "kpi" ? (
          <Skeleton active title={{ width: "60%" }} paragraph={{ rows: 1 }} />
        ) : (
          <div className="dash-cell-shimmer" />
        )}
      </div>
    );
  if (answer?.problem)
    return <Trouble title={say(answer.problem.message)} hint={say(answer.problem.hint)} onRetry={retry} />;
  if (error && !figure)
    return <Trouble title={t("dashboard.failed")} hint={wordsOf(error, lang)} onRetry={retry} />;
  if (!figure || figure.empty)
    return (
      <div className="dash-cell-state">
        <b>{t(isNow ? "dashboard.emptyNow" : "dashboard.empty")}</b>
        <span>{t(isNow ? "dashboard.emptyNowNext" : "dashboard.emptyNext")}</span>
      </div>
    );
  if (!view) return <Trouble title={t("dashboard.noChart")} />;
  const { View } = view;
  const asks = isNarrow && isPlot(figure) ? asksFor(figure, window.innerWidth) : undefined;
  const isTall = asks !== undefined && asks > USUAL;
  return (
    <>
      <div
        className={`dash-cell-chart${isTall ? " is-asking" : ""}`}
        style={isTall ? { height: asks } : undefined}
      >
        <Guard fallback={<Trouble title={t("dashboard.failed")} onRetry={retry} />}>
          <View figure={figure} title={title} onPick={onPick} isWhole={isWhole} />
        </Guard>
      </div>
      {figure.notes.length > 0 ? <div className="dash-cell-notes">{figure.notes.join(" · ")}</div> : null}
    </>
  );
};
