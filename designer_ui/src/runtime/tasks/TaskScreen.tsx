/** One task: what it is about, what to fill in, who else decides, what comes next; decided at the foot. */

import ArrowLeftOutlined from "@ant-design/icons/ArrowLeftOutlined";
import { Alert, Button, Checkbox, Form, Tag } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { ApiError } from "../../api/client";
import { newKey, type TaskAction, type TaskPage, type TaskWay, useAct, useTaskPage } from "../../api/tasks";
import type { Signed } from "../../controls/parts/signed";
import { formatAgo, formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, type Json, type Values } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useFrame } from "../shell/frame";
import { ActionDialog, ASKS } from "./ActionDialog";
import { DecideBar, Next } from "./DecideBar";
import { HistoryList } from "./HistoryList";
import { PersonSelect } from "./PersonSelect";
import { Seats } from "./Seats";
import { Status } from "./StartedList";
import { TaskForm, type TaskFormHandle } from "./TaskForm";
import { headingOf, nameOf, starterOf } from "./words";
import "./tasks.css";

const REFUSALS = new Set(["rejected", "returned", "skipped"]);

const Head = ({ page }: { page: TaskPage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const { task } = page;
  const frame = useFrame();
  const [heading, about] = headingOf(task);
  const starter = starterOf(page.labels, task.started_by);
  return (
    <header className="task-head">
      <h1>
        {heading}
        {about ? <small>{about}</small> : null}
      </h1>
      <p className="task-facts">
        <Tag color="processing">{say(task.name)}</Tag>
        {task.state === "open" ? null : <Tag>{t(`tasks.seat_${task.state}`)}</Tag>}
        {page.instance.status === "running" ? null : <Status status={page.instance.status} />}
        <span>
          {starter ? t("tasks.startedBy", { who: starter }) : t("flows.byItself")} ·{" "}
          {formatAgo(task.started_at, lang, zone)}
        </span>
        {task.due_at ? (
          <span className={task.is_late ? "due-late" : ""} title={formatInstant(task.due_at, lang, zone)}>
            {task.is_late
              ? t("tasks.group_overdue")
              : t("tasks.due", { at: formatInstant(task.due_at, lang, zone) })}
            {task.is_late ? ` · ${formatAgo(task.due_at, lang, zone)}` : ""}
          </span>
        ) : null}
        {task.owner && task.owner !== task.assignee ? (
          <Tag>{t("tasks.proxyFor", { who: nameOf(page.labels, task.owner) })}</Tag>
        ) : null}
        <Link to={`/instances/${task.instance_id}`}>{t("tasks.instance")}</Link>
        {page.record && task.form && task.record_id ? (
          <button
            type="button"
            className="link"
            onClick={() => frame.openRecord(task.form ?? "", task.record_id ?? "")}
          >
            {t("tasks.record")}
          </button>
        ) : null}
      </p>
    </header>
  );
};

const Notes = ({ page }: { page: TaskPage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const wordsAt = (value: Json | undefined): string =>
    typeof value === "string" ? value : say(value as { zh?: string; en?: string } | null | undefined);
  const { returned, paused, advice } = page;
  return (
    <>
      {returned ? (
        <Alert
          type="warning"
          showIcon
          title={t("tasks.returned", {
            who: nameOf(page.labels, asText(returned.by)),
            comment: asText(returned.comment),
          })}
        />
      ) : null}
      {paused ? (
        <Alert
          type="info"
          showIcon
          title={paused.why ? t("tasks.paused", { why: asText(paused.why) }) : t("tasks.pausedPlain")}
        />
      ) : null}
      {advice.map((one, index) => (
        <Alert
          key={`${asText(one.at)}-${index}`}
          type="info"
          showIcon
          title={t("tasks.advice", {
            who: nameOf(page.labels, asText(one.by)),
            way: say(page.ways.find((way) => way.way === one.way)?.label) || asText(one.way),
          })}
          description={asText(one.comment)}
        />
      ))}
      {page.node.guide ? (
        <section className="task-guide">
          <h2>{t("tasks.guide")}</h2>
          <p>{wordsAt(page.node.guide)}</p>
        </section>
      ) : null}
    </>
  );
};

const Items = ({
  page,
  onTick,
  isOpen,
}: {
  page: TaskPage;
  onTick: (key: string, on: boolean) => void;
  isOpen: boolean;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const items = page.node.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="task-items">
      <h2>{t("tasks.list")}</h2>
      <ul>
        {items.map((item) => {
          const tick = page.ticked[item.key] as { by?: string; at?: string } | undefined;
          return (
            <li key={item.key}>
              <Checkbox
                checked={Boolean(tick)}
                disabled={!isOpen}
                onChange={(event) => onTick(item.key, event.target.checked)}
              >
                {say(item.label)}
                {item.required === false ? null : <span className="required"> *</span>}
              </Checkbox>
              {tick?.at ? (
                <span className="hint">
                  {nameOf(page.labels, tick.by)} · {formatAgo(tick.at, lang, zone)}
                </span>
              ) : null}
              {item.help ? <p className="hint">{say(item.help)}</p> : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
};

const Body = ({ page }: { page: TaskPage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const go = useNavigate();
  const notify = useNotify();
  const act = useAct();
  const form = useRef<TaskFormHandle | null>(null);
  const [asking, setAsking] = useState<TaskAction | null>(null);
  const [chosen, setChosen] = useState<Record<string, string[]>>({});
  const [key, setKey] = useState(newKey);
  const { task } = page;
  const canDo = page.ways.length > 0;
  const send = (
    action: string,
    values: Values,
    comment: string,
    done: string,
    stays: boolean,
    at = task.task_id,
  ) =>
    act.mutate(
      {
        instance_id: task.instance_id,
        task_id: at,
        round: page.actions.find((one) => one.kind === action)?.round ?? task.round,
        action,
        values,
        ...(comment.trim() ? { comment } : {}),
        key,
      },
      {
        onSuccess: () => {
          setAsking(null);
          setKey(newKey());
          notify.done(t("tasks.doneWord", { action: done }));
          if (!stays) go("/tasks");
        },
        onError: (error) => {
          // Another try is another command; the same one would only repeat the refusal.
          setKey(newKey());
          if (
            error instanceof ApiError &&
            error.problems.some((problem) => problem.path.startsWith("/values/"))
          )
            form.current?.tell(error.problems);
          notify.failed(error);
        },
      },
    );
  const decide = (way: TaskWay, comment: string, signed: Signed | null) => {
    const written = form.current ? form.current.collect(REFUSALS.has(way.way)) : {};
    if (written === null) return;
    const values: Values = { way: way.way };
    if (Object.keys(written).length) {
      values.values = written;
      const revision = page.record?.record.revision;
      if (typeof revision === "number") values.revision = revision;
    }
    if (signed && !REFUSALS.has(way.way))
      values.signed = {
        shown: page.shown,
        strokes: signed.strokes as unknown as Json,
        ratio: signed.ratio ?? 3,
      };
    if (page.node.choose.length && !REFUSALS.has(way.way)) values.choose = chosen;
    send("complete", values, comment, say(way.label), false);
  };
  const onAction = (action: TaskAction) => {
    if (ASKS.has(action.kind)) return setAsking(action);
    send(
      action.kind,
      {},
      "",
      say(action.name),
      ["claim", "unclaim", "unpark", "resume_clock", "urge", "read"].includes(action.kind),
      action.task_id ?? task.task_id,
    );
  };
  return (
    <article className="task-page">
      <Head page={page} />
      <div className="task-columns">
        <div className="task-left">
          <Notes page={page} />
          <Items
            page={page}
            isOpen={page.actions.some((action) => action.kind === "tick")}
            onTick={(item, on) => send("tick", { ticked: { [item]: on } }, "", t("tasks.list"), true)}
          />
          <TaskForm page={page} canFill={canDo} handle={form} />
          {canDo && page.node.choose.length ? (
            <Form layout="vertical" className="task-choose">
              {page.node.choose.map((part) => (
                <Form.Item
                  key={part.node}
                  label={t("tasks.chooseFor", { node: say(part.label) })}
                  required={part.least > 0}
                >
                  <PersonSelect
                    isMany
                    withMe
                    value={chosen[part.node] ?? []}
                    onChange={(people) => setChosen((old) => ({ ...old, [part.node]: people }))}
                    label={t("tasks.chooseFor", { node: say(part.label) })}
                  />
                </Form.Item>
              ))}
            </Form>
          ) : null}
        </div>
        <aside className="task-right" aria-label={t("tasks.history")}>
          <Seats page={page} />
          {page.ways.length ? (
            <section className="task-next">
              <h2>{t("tasks.next")}</h2>
              <ul>
                {page.ways.map((way) => (
                  <Next key={way.way} way={way} page={page} />
                ))}
              </ul>
            </section>
          ) : null}
          <section>
            <h2>{t("tasks.history")}</h2>
            <HistoryList lines={page.history} labels={page.labels} />
          </section>
        </aside>
      </div>
      <DecideBar page={page} busy={act.isPending} onDecide={decide} onAction={onAction} />
      {asking ? (
        <ActionDialog
          action={asking}
          page={page}
          busy={act.isPending}
          onCancel={() => setAsking(null)}
          onDo={(values, comment) =>
            send(
              asking.kind,
              values,
              comment,
              say(asking.name),
              ["add_signers", "remove_signers", "cc", "comment", "pause_clock"].includes(asking.kind),
            )
          }
        />
      ) : null}
    </article>
  );
};

export const TaskScreen = () => {
  const { t } = useTranslation();
  const go = useNavigate();
  const { instanceId = "", taskId = "" } = useParams();
  const { data, error, isPending, refetch } = useTaskPage(instanceId, taskId);
  return (
    <div className="page page-task">
      <Button
        type="text"
        size="small"
        icon={<ArrowLeftOutlined />}
        className="back"
        onClick={() => go("/tasks")}
      >
        {t("tasks.back")}
      </Button>
      {error && !data ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={10} /> : null}
      {data ? <Body key={`${instanceId}.${taskId}`} page={data} /> : null}
    </div>
  );
};
