/** One cell: its question, the way drilled into it, the chart, and what a click may do. */

import { ExpandOutlined, InfoCircleOutlined } from "@ant-design/icons";
import { Breadcrumb, Button, Modal, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Picked } from "../../charts/parts/figure";
import { asText } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import type { Act, Step } from "./board";
import { ChartFrame } from "./ChartFrame";
import type { CellPart, CellQuestion, Source } from "./contract";
import { PointMenu } from "./PointMenu";
import { useAnswer } from "./useAnswer";

const Way = ({
  path,
  words,
  onClimb,
}: {
  path: readonly Step[];
  words: (dimension: string, value: Step["dims"][string]) => string;
  onClimb: (to: number) => void;
}) => {
  const { t } = useTranslation();
  const names = path.map((step) =>
    Object.entries(step.dims)
      .map(([dimension, value]) => words(dimension, value))
      .join(" · "),
  );
  const items = [t("dashboard.top"), ...names].map((name, at) => ({
    key: at,
    title:
      at === path.length ? (
        name
      ) : (
        <button type="button" className="dash-crumb" onClick={() => onClimb(at)}>
          {name}
        </button>
      ),
  }));
  return <Breadcrumb className="dash-cell-way" items={items} />;
};

export const CellCard = ({
  part,
  dashboard,
  source,
  question,
  refreshMs,
  isCrossing,
  act,
}: {
  part: CellPart;
  dashboard: string;
  source: Source;
  question: CellQuestion;
  refreshMs: number | false;
  isCrossing: boolean;
  act: (act: Act) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [picked, setPicked] = useState<Picked | null>(null);
  const [isLarge, setLarge] = useState(false);
  const answered = useAnswer(dashboard, source, question, refreshMs);
  const title = say(part.title);
  const words = source.wordsFor ?? ((_: string, value: Step["dims"][string]) => asText(value) || "–");
  const { openRecords } = source;
  const pick = (found: Picked): void => {
    // A single number has only its records behind it.
    if (part.chart === "kpi" && openRecords) openRecords(question, found.dims, found.measure);
    else setPicked(found);
  };
  const chart = <ChartFrame kind={part.chart} title={title} answered={answered} onPick={pick} />;
  return (
    <section
      className={`dash-cell dash-cell-${part.chart}${isCrossing ? " is-crossing" : ""}${answered.isFetching && !answered.isFirst ? " is-fetching" : ""}`}
      aria-label={title}
    >
      <header className="dash-cell-head">
        <h3 title={title}>{title}</h3>
        {part.note ? (
          <Tooltip title={say(part.note)}>
            <InfoCircleOutlined className="dash-cell-note" aria-label={say(part.note)} tabIndex={0} />
          </Tooltip>
        ) : null}
        {part.chart === "kpi" ? null : (
          <Button
            className="dash-cell-tool"
            type="text"
            size="small"
            icon={<ExpandOutlined />}
            aria-label={`${t("dashboard.full")} ${title}`}
            onClick={() => setLarge(true)}
          />
        )}
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
          answer={answered.answer}
          onRecords={openRecords ? () => openRecords(question, picked.dims, picked.measure) : undefined}
          onOnly={() => act({ do: "cross", cell: part.key, dims: picked.dims })}
          onDrill={(by) => act({ do: "drill", cell: part.key, step: { dims: picked.dims, by } })}
          onClose={() => setPicked(null)}
        />
      ) : null}
    </section>
  );
};
