import { ArrowDownOutlined, ArrowUpOutlined } from "@ant-design/icons";
import { type ChartProps, isKpi } from "./parts/figure";
import { Spark } from "./parts/Spark";
import type { ChartView } from "./parts/view";

const Kpi = ({ figure, onPick }: ChartProps) => {
  if (!isKpi(figure)) return null;
  const { goal } = figure;
  const open = onPick
    ? (event: React.MouseEvent) =>
        onPick({ dims: {}, measure: figure.measure ?? null, x: event.clientX, y: event.clientY })
    : undefined;
  return (
    <div className="kpi">
      <div className="kpi-main">
        <button type="button" className="kpi-value" title={figure.full} onClick={open} disabled={!open}>
          {figure.value}
        </button>
        {figure.marks?.map((mark) => (
          <span key={mark} className="kpi-mark">
            {mark}
          </span>
        ))}
      </div>
      {figure.changes?.length ? (
        <div className="kpi-changes">
          {figure.changes.map((change) => (
            <span key={change.name} title={change.was}>
              {change.name}{" "}
              <b className={`ink-${change.colour}`}>
                {change.way === "up" ? (
                  <ArrowUpOutlined />
                ) : change.way === "down" ? (
                  <ArrowDownOutlined />
                ) : null}
                {change.text}
              </b>
            </span>
          ))}
        </div>
      ) : null}
      {goal ? (
        <div className="kpi-goal">
          <div className="kpi-bar" role="img" aria-label={`${goal.name} ${goal.value}, ${goal.text}`}>
            <i
              className={`fill-${goal.colour}`}
              style={{ width: `${Math.min(100, Math.max(0, goal.share * 100))}%` }}
            />
            {goal.pace !== null && goal.pace > 0 && goal.pace < 1 ? (
              <s style={{ left: `${goal.pace * 100}%` }} />
            ) : null}
          </div>
          <div className="kpi-goal-words">
            <span>
              {goal.name} {goal.value} · {goal.text}
            </span>
            {goal.catch_up ? <span title={goal.catch_up}>{goal.catch_up}</span> : null}
          </div>
        </div>
      ) : null}
      {figure.others?.length ? (
        <dl className="kpi-others">
          {figure.others.map((other) => (
            <div key={other.name}>
              <dt>{other.name}</dt>
              <dd>{other.value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {figure.trend ? <Spark trend={figure.trend} /> : null}
    </div>
  );
};

const kpi: ChartView = { kind: "kpi", icon: "M4 6h8M4 12h10M4 18l4-3 4 2 8-5", View: Kpi, least: 96 };

export default kpi;
