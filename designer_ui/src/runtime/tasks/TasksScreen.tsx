/** My tasks: what is overdue first, by group; many at once where one press is enough. */

import { Alert, Badge, Button, Checkbox, Input, Segmented, Select } from "antd";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import {
  type Doing,
  newKey,
  type TaskItem,
  useAct,
  useActMany,
  useTaskCounts,
  useTaskPages,
  useTasks,
} from "../../api/tasks";
import { addDays, instantOf, localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { useNotify } from "../../shared/useNotify";
import { More } from "./More";
import { StartedList } from "./StartedList";
import { TaskRow } from "./TaskRow";
import { GROUPS, groupOf, headingOf, taskPath } from "./words";
import "./tasks.css";
import { clinicNow } from "../../shared/now";

const Proxies = lazy(async () => ({ default: (await import("./Proxies")).Proxies }));

const BOXES = ["open", "parked", "done", "copies", "started"] as const;

const doing = ({ action, values }: Doing): string => (action === "complete" ? asText(values?.way) : action);

const idOf = (task: { instance_id: string; task_id: number }): string =>
  `${task.instance_id}.${task.task_id}`;

/** What a whole selection may be told: the ways that all of it has. */
const waysOf = (tasks: readonly TaskItem[]) => {
  const [first, ...rest] = tasks;
  return (first?.quick ?? []).filter(
    (way) =>
      !way.needs_comment &&
      rest.every((task) => task.quick.some((one) => one.way === way.way && !one.needs_comment)),
  );
};

interface Refused {
  task: TaskItem;
  why: string;
}

/** Which of many could not be done, and why; the others are gone from the list. */
const Results = ({ refused, onClose }: { refused: readonly Refused[]; onClose: () => void }) => {
  const { t } = useTranslation();
  return (
    <Alert
      className="task-results"
      type="warning"
      showIcon
      closable={{ onClose }}
      title={t("tasks.failedCount", { count: refused.length })}
      description={
        <ul>
          {refused.map(({ task, why }) => (
            <li key={idOf(task)}>
              <Link to={taskPath(task)}>{headingOf(task).filter(Boolean).join(" ")}</Link> {why}
            </li>
          ))}
        </ul>
      }
    />
  );
};

const Bulk = ({
  tasks,
  onClear,
  onRefused,
}: {
  tasks: readonly TaskItem[];
  onClear: () => void;
  onRefused: (refused: readonly Refused[]) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const many = useActMany();
  const run = (way: string) =>
    many.mutate(
      {
        items: tasks.map(({ instance_id, task_id, round }) => ({ instance_id, task_id, round })),
        action: "complete",
        values: { way },
        key: newKey(),
      },
      {
        onSuccess: ({ results }) => {
          const failed = results.filter((one) => !one.ok);
          if (results.length > failed.length)
            notify.done(t("tasks.doneCount", { count: results.length - failed.length }));
          onRefused(
            failed.flatMap((one) => {
              const task = tasks.find(
                (each) => each.instance_id === one.instance_id && each.task_id === one.task_id,
              );
              return task ? [{ task, why: say(one.problems[0]?.message) }] : [];
            }),
          );
          onClear();
        },
        onError: notify.failed,
      },
    );
  return (
    <div className="task-bulk" role="toolbar">
      <span>{t("tasks.selected", { count: tasks.length })}</span>
      {waysOf(tasks).map((way) => (
        <Button
          key={way.way}
          size="small"
          type={way.is_yes ? "primary" : "default"}
          loading={many.isPending}
          onClick={() => run(way.way)}
        >
          {say(way.label)}
        </Button>
      ))}
      <Button size="small" type="text" onClick={onClear}>
        {t("tasks.clear")}
      </Button>
    </div>
  );
};

const List = ({ box, flow, text }: { box: string; flow: string; text: string }) => {
  const { t } = useTranslation();
  const { zone } = useControlHost();
  const notify = useNotify();
  const say = useSay();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = useTaskPages({ box, flow, q: text });
  const { data, error, isPending, refetch } = pages;
  const act = useAct();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const results = refused.length ? <Results refused={refused} onClose={() => setRefused([])} /> : null;
  const endOfDay = useMemo(
    () => Date.parse(instantOf(addDays(localDay(clinicNow(), zone), 1), "00:00", zone)),
    [zone],
  );
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading rows={8} />;
  if (data.tasks.length === 0)
    return (
      <>
        {results}
        <StateView picture={text ? "search" : "empty"} title={t(`tasks.none_${box}`)}>
          {t(`tasks.none_${box}Next`)}
        </StateView>
      </>
    );
  const now = clinicNow().getTime();
  const isOpen = box === "open";
  const selected = data.tasks.filter((task) => chosen.has(idOf(task)));
  const quickOnes = data.tasks.filter((task) => task.quick.length > 0);
  const select = (task: TaskItem, on: boolean) =>
    setChosen((old) => {
      const next = new Set(old);
      if (on) next.add(idOf(task));
      else next.delete(idOf(task));
      return next;
    });
  const send = (task: TaskItem, action: string, values: { way: string } | null, done: string) =>
    act.mutate(
      {
        instance_id: task.instance_id,
        task_id: task.task_id,
        round: task.round,
        action,
        ...(values ? { values } : {}),
        key: newKey(),
      },
      { onSuccess: () => notify.done(done), onError: notify.failed },
    );
  const row = (task: TaskItem) => (
    <TaskRow
      key={idOf(task)}
      task={task}
      labels={data.labels}
      isBusy={act.isPending}
      acting={
        act.isPending && act.variables && idOf(act.variables) === idOf(task) ? doing(act.variables) : null
      }
      {...(isOpen
        ? {
            isSelected: chosen.has(idOf(task)),
            onSelect: (on: boolean) => select(task, on),
            onClaim: () => send(task, "claim", null, t("tasks.doneWord", { action: t("tasks.claim") })),
            onQuick: (way: string) => {
              const label = say(task.quick.find((one) => one.way === way)?.label);
              send(task, "complete", { way }, t("tasks.doneWord", { action: label }));
            },
          }
        : {})}
    />
  );
  const groups = isOpen
    ? GROUPS.map((group) => ({
        group,
        tasks: data.tasks.filter((task) => groupOf(task, endOfDay, now) === group),
      }))
    : [{ group: null, tasks: data.tasks }];
  const isWhole = !flow && !text;
  const totalOf = (group: string, shown: number): string => {
    const known = group === "overdue" ? data.counts.overdue : group === "today" ? data.counts.today : null;
    if (isWhole && known !== null) return String(known);
    return pages.hasNextPage ? `${shown}+` : String(shown);
  };
  return (
    <>
      {results}
      {selected.length ? (
        <Bulk tasks={selected} onClear={() => setChosen(new Set())} onRefused={setRefused} />
      ) : null}
      {isOpen && !selected.length && quickOnes.length > 1 ? (
        <Checkbox
          className="task-all"
          checked={false}
          onChange={() => setChosen(new Set(quickOnes.map(idOf)))}
        >
          {t("tasks.selectAll")}
        </Checkbox>
      ) : null}
      {groups
        .filter((one) => one.tasks.length > 0)
        .map(({ group, tasks }) => (
          <section key={group ?? "all"} className="task-group">
            {group ? (
              <h2 className={`task-group-${group}`}>
                {t(`tasks.group_${group}`)}{" "}
                <span className="group-count">{totalOf(group, tasks.length)}</span>
              </h2>
            ) : null}
            <ul className="task-list">{tasks.map(row)}</ul>
          </section>
        ))}
      <More pages={pages} />
    </>
  );
};

export const TasksScreen = () => {
  const { t } = useTranslation();
  const say = useSay();
  const go = useNavigate();
  const isNarrow = useNarrow();
  const { box = "open" } = useParams();
  const [flow, setFlow] = useState("");
  const [text, setText] = useState("");
  const [away, setAway] = useState(false);
  const { data: counts } = useTaskCounts();
  const { data: known } = useTasks({ box: "open", limit: 200 });
  const countOf = (key: string): number =>
    key === "open" ? (counts?.open ?? 0) : key === "copies" ? (counts?.copies ?? 0) : 0;
  const flows = Object.entries(known?.flows ?? {}).map(([key, name]) => ({ value: key, label: say(name) }));
  return (
    <div className="page page-tasks">
      <header className="head">
        <h1>{t("tasks.title")}</h1>
        <Button size="small" onClick={() => setAway(true)}>
          {t("tasks.proxies")}
        </Button>
      </header>
      <div className="task-tools">
        <Segmented
          value={box}
          onChange={(value) => go(value === "open" ? "/tasks" : `/tasks/${value}`)}
          options={BOXES.map((key) => ({
            value: key,
            label: (
              <span className="task-box">
                {t(`tasks.box_${key}`)}
                {countOf(key) ? (
                  <Badge
                    count={countOf(key)}
                    size="small"
                    color={key === "open" ? "red" : "gray"}
                    overflowCount={999}
                  />
                ) : null}
              </span>
            ),
          }))}
        />
        {box === "started" ? null : (
          <span className="task-filters">
            {flows.length > 1 && box === "open" ? (
              <Select
                size="small"
                value={flow}
                onChange={setFlow}
                options={[{ value: "", label: t("tasks.allFlows") }, ...flows]}
                popupMatchSelectWidth={false}
                aria-label={t("tasks.allFlows")}
              />
            ) : null}
            {isNarrow ? null : (
              <Input.Search
                size="small"
                allowClear
                placeholder={t("tasks.search")}
                aria-label={t("tasks.search")}
                onSearch={(value) => setText(value.trim())}
                style={{ width: 180 }}
              />
            )}
          </span>
        )}
      </div>
      {box === "started" ? (
        <StartedList />
      ) : (
        <List key={`${box}-${flow}-${text}`} box={box} flow={flow} text={text} />
      )}
      <Suspense fallback={null}>{away ? <Proxies onClose={() => setAway(false)} /> : null}</Suspense>
    </div>
  );
};
