/** One cell: its question, the way drilled into it, the chart, and what a click may do. */

import ExpandOutlined from "@ant-design/icons/ExpandOutlined";
import InfoCircleOutlined from "@ant-design/icons/InfoCircleOutlined";
import MoreOutlined from "@ant-design/icons/MoreOutlined";
import { Button, Dropdown, Modal, Tooltip } from "antd";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Picked } from "../../charts/parts/figure";
import { useSay } from "../../shared/useLang";
import type { Act } from "./board";
import { ChartFrame } from "./ChartFrame";
import type { CellAnswer, CellPart, CellQuestion, Point, Source } from "./contract";
import { PointMenu } from "./PointMenu";
import { useAnswer } from "./useAnswer";
import { useNeed } from "./useNeed";
import { Way } from "./Way";
import type { WordsFor } from "./wording";

export interface CellAction {
  readonly key: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly run: () => void;
}

export const CellCard = ({
  part,
  dashboard,
  source,
  question,
  refreshMs,
  isCrossing,
  words,
  usualPeriod,
  actions,
  marks,
  act,
  onAnswer,
  onNeed,
  onExplain,
}: {
  part: CellPart;
  dashboard: string;
  source: Source;
  question: CellQuestion;
  refreshMs: number | false;
  isCrossing: boolean;
  words: WordsFor;
  /** The time the filter names: said of a chart only where it is about another. */
  usualPeriod: string;
  /** What else its menu offers. */
  actions?: readonly CellAction[];
  /** Beside the title: notes people left. */
  marks?: ReactNode;
  act: (act: Act) => void;
  onAnswer?: (cell: string, answer: CellAnswer) => void;
  /** Told how many pixels it needs to show all it has; null where any will do. */
  onNeed?: (cell: string, pixels: number | null) => void;
  onExplain?: (point: Point, title: string) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [picked, setPicked] = useState<Picked | null>(null);
  const [isLarge, setLarge] = useState(false);
  const answered = useAnswer(dashboard, source, question, refreshMs);
  const { answer } = answered;
  const title = say(part.title);
  const period = say(answer?.period);
  const isNumber = part.chart === "kpi";
  const card = useRef<HTMLElement>(null);
  const tellNeed = useCallback((pixels: number | null) => onNeed?.(part.key, pixels), [onNeed, part.key]);
  useNeed(card, isNumber || isLarge ? undefined : answer, onNeed && tellNeed);
  useEffect(() => {
    if (answer) onAnswer?.(part.key, answer);
  }, [answer, onAnswer, part.key]);
  const pointOf = (dims: Picked["dims"], measure: string | null): Point => ({ question, dims, measure });
  const chart = (
    <ChartFrame
      kind={part.chart}
      title={title}
      answered={answered}
      isNow={part.aloof}
      isWhole={part.isWhole === true || isLarge}
      onPick={setPicked}
    />
  );
  const offers: CellAction[] = [
    ...(isNumber
      ? []
      : [
          {
            key: "full",
            label: t("dashboard.full"),
            icon: <ExpandOutlined />,
            run: () => setLarge(true),
          },
        ]),
    ...(onExplain && answer?.figure && !answer.figure.empty
      ? [
          {
            key: "explain",
            label: t("dashboard.explain"),
            icon: <InfoCircleOutlined />,
            run: () => onExplain(pointOf({}, null), title),
          },
        ]
      : []),
    ...(actions ?? []),
  ];
  return (
    <section
      ref={card}
      className={`dash-cell dash-cell-${part.chart}${isCrossing ? " is-crossing" : ""}${answered.isFetching && !answered.isFirst ? " is-fetching" : ""}`}
      aria-label={title}
    >
      <header className="dash-cell-head">
        <h3 title={title}>{title}</h3>
        {period && period !== usualPeriod ? <span className="dash-cell-period">{period}</span> : null}
        {answered.error && answer?.figure ? (
          <Tooltip title={t("dashboard.staleWhy")}>
            <button type="button" className="dash-cell-stale" onClick={answered.retry}>
              {t("dashboard.stale")}
            </button>
          </Tooltip>
        ) : null}
        {answer?.beside ? (
          <Tooltip title={t(`dashboard.beside_${answer.beside}_why`)}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason is told to keys, too */}
            <span className="dash-cell-beside" tabIndex={0}>
              {t(`dashboard.beside_${answer.beside}`)}
            </span>
          </Tooltip>
        ) : null}
        {part.note ? (
          <Tooltip title={say(part.note)}>
            <InfoCircleOutlined className="dash-cell-note" aria-label={say(part.note)} tabIndex={0} />
          </Tooltip>
        ) : null}
        {marks}
        {offers.length > 0 ? (
          <Dropdown
            trigger={["click"]}
            placement="bottomRight"
            menu={{
              items: offers.map(({ key, label, icon }) => ({ key, label, icon })),
              onClick: ({ key }) => offers.find((one) => one.key === key)?.run(),
            }}
          >
            <Button
              className="dash-cell-tool"
              type="text"
              size="small"
              icon={<MoreOutlined />}
              aria-label={`${title} ${t("dashboard.more")}`}
            />
          </Dropdown>
        ) : null}
      </header>
      {question.path.length > 0 ? (
        <Way path={question.path} words={words} onClimb={(to) => act({ do: "climb", cell: part.key, to })} />
      ) : null}
      {isLarge ? <div className="dash-cell-chart" /> : chart}
      <Modal
        open={isLarge}
        title={title}
        footer={null}
        width="92vw"
        centered
        destroyOnHidden
        onCancel={() => setLarge(false)}
      >
        <div className="dash-cell-large">{isLarge ? chart : null}</div>
      </Modal>
      {picked ? (
        <PointMenu
          picked={picked}
          answer={answer}
          source={source}
          point={pointOf(picked.dims, picked.measure)}
          words={words}
          {...(onExplain ? { onExplain: () => onExplain(pointOf(picked.dims, picked.measure), title) } : {})}
          {...(isNumber
            ? {}
            : {
                onOnly: () => act({ do: "cross", cell: part.key, dims: picked.dims }),
                onDrill: (by: string) =>
                  act({ do: "drill", cell: part.key, step: { dims: picked.dims, by } }),
              })}
          onClose={() => setPicked(null)}
        />
      ) : null}
    </section>
  );
};
