/** One task in a list: what, about what, until when, from whom; decided at once where nothing more is needed. */

import ClockCircleOutlined from "@ant-design/icons/ClockCircleOutlined";
import PauseCircleOutlined from "@ant-design/icons/PauseCircleOutlined";
import { Button, Checkbox, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { TaskItem } from "../../api/tasks";
import type { Labels } from "../../api/types";
import { formatAgo, formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { clinicNow } from "../../shared/now";
import { useSay } from "../../shared/useLang";
import { headingOf, nameOf, starterOf, taskPath } from "./words";

const Due = ({ task }: { task: TaskItem }) => {
  const { t } = useTranslation();
  const { lang, zone } = useControlHost();
  if (task.is_stopped) {
    return (
      <span className="task-due">
        <PauseCircleOutlined aria-hidden /> {t("tasks.pausedPlain")}
      </span>
    );
  }
  if (task.state === "done") return null;
  if (!task.due_at) return <span className="task-due" />;
  const isToday = Date.parse(task.due_at) - clinicNow().getTime() < 86_400_000;
  const words = formatInstant(task.due_at, lang, zone);
  return (
    <span
      className={task.is_late ? "task-due due-late" : isToday ? "task-due due-today" : "task-due"}
      title={words}
    >
      <ClockCircleOutlined aria-hidden /> {t("tasks.dueAgo", { ago: formatAgo(task.due_at, lang, zone) })}
    </span>
  );
};

export const TaskRow = ({
  task,
  labels,
  isSelected,
  onSelect,
  onQuick,
  onClaim,
  isBusy,
  acting,
}: {
  task: TaskItem;
  labels: Labels;
  isSelected?: boolean;
  onSelect?: (on: boolean) => void;
  onQuick?: (way: string) => void;
  onClaim?: () => void;
  isBusy?: boolean;
  /** What is being done with it right now: a way, or `claim`. */
  acting?: string | null;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const quick = task.state === "open" && onQuick ? task.quick.filter((way) => !way.needs_comment) : [];
  const step = say(task.name);
  const [heading, about] = headingOf(task);
  const starter = starterOf(labels, task.started_by);
  return (
    <li className={isSelected ? "task-row task-row-on" : "task-row"}>
      {onSelect ? (
        <Checkbox
          checked={isSelected ?? false}
          onChange={(event) => onSelect(event.target.checked)}
          aria-label={t("tasks.select", { title: task.title })}
          disabled={task.quick.length === 0}
        />
      ) : null}
      <Link to={taskPath(task)} className="task-main">
        <span className="task-title">
          {heading}
          {about ? <span className="task-subject">{about}</span> : null}
        </span>
        <span className="task-facts">
          {step && step !== say(task.flow_name) ? <span className="task-step">{step}</span> : null}
          {task.came && task.came_from ? (
            <Tag>
              {t(`tasks.came_${task.came}`, { who: nameOf(labels, task.came_from), defaultValue: "" })}
            </Tag>
          ) : null}
          {task.owner && task.came !== "delegate" ? (
            <Tag>{t("tasks.proxyFor", { who: nameOf(labels, task.owner) })}</Tag>
          ) : null}
          {task.is_claimable ? <Tag color="blue">{t("tasks.claimable")}</Tag> : null}
          {task.urged > 0 ? <Tag color="orange">{t("tasks.urged", { count: task.urged })}</Tag> : null}
          {task.way && task.state === "done" ? <Tag>{say(task.way)}</Tag> : null}
          <span>{starter ? t("tasks.startedBy", { who: starter }) : t("flows.byItself")}</span>
          <span>{formatAgo(task.done_at ?? task.made_at ?? task.started_at, lang, zone)}</span>
        </span>
      </Link>
      <Due task={task} />
      <span className="task-acts">
        {task.is_claimable && onClaim ? (
          <Button
            size="small"
            onClick={onClaim}
            loading={acting === "claim"}
            disabled={(isBusy ?? false) && acting !== "claim"}
          >
            {t("tasks.claim")}
          </Button>
        ) : null}
        {quick.map((way) => (
          <Button
            key={way.way}
            size="small"
            loading={acting === way.way}
            disabled={(isBusy ?? false) && acting !== way.way}
            onClick={() => onQuick?.(way.way)}
          >
            {say(way.label)}
          </Button>
        ))}
      </span>
    </li>
  );
};
