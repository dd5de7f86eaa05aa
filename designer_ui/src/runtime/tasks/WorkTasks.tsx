/** My open tasks on the workbench: the most urgent ones, decided on the spot where one press is enough. */

import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { newKey, type TaskItem, useAct, useTasks } from "../../api/tasks";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { useNotify } from "../../shared/useNotify";
import { TaskRow } from "./TaskRow";
import "./tasks.css";

const SHOWN = 6;
const SHOWN_NARROW = 3;

export const WorkTasks = () => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const act = useAct();
  const isNarrow = useNarrow();
  const { data } = useTasks({ box: "open", limit: isNarrow ? SHOWN_NARROW : SHOWN });
  if (!data || data.tasks.length === 0) return null;
  const decide = (task: TaskItem, way: string) =>
    act.mutate(
      {
        instance_id: task.instance_id,
        task_id: task.task_id,
        round: task.round,
        action: "complete",
        values: { way },
        key: newKey(),
      },
      {
        onSuccess: () =>
          notify.done(t("tasks.doneWord", { action: say(task.quick.find((one) => one.way === way)?.label) })),
        onError: notify.failed,
      },
    );
  return (
    <section className="work-section work-tasks">
      <h2>
        {t("tasks.workbench")} <span className="group-count">{data.counts.open}</span>
      </h2>
      <Link to="/tasks" className="work-all">
        {t("tasks.all")}
      </Link>
      <ul className="task-list">
        {data.tasks.map((task) => (
          <TaskRow
            key={`${task.instance_id}.${task.task_id}`}
            task={task}
            labels={data.labels}
            isBusy={act.isPending}
            onQuick={(way) => decide(task, way)}
          />
        ))}
      </ul>
    </section>
  );
};
