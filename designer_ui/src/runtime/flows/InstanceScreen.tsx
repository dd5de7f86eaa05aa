/** One run of a flow: its drawing with where it stands, why it waits, who did what; played back step by step. */

import ArrowLeftOutlined from "@ant-design/icons/ArrowLeftOutlined";
import CaretRightOutlined from "@ant-design/icons/CaretRightOutlined";
import PauseOutlined from "@ant-design/icons/PauseOutlined";
import { Alert, App, Button, Dropdown, Input, Modal, Select, Slider, Table, Tabs } from "antd";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { type InstancePage, newKey, useActOnInstance, useInstance } from "../../api/tasks";
import { formatAgo, formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isArray, type JsonObject, type Values } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { useNotify } from "../../shared/useNotify";
import type { Words } from "../../shared/words";
import { useFrame } from "../shell/frame";
import { HistoryList } from "../tasks/HistoryList";
import { Status } from "../tasks/StartedList";
import { namesOf, starterOf } from "../tasks/words";
import { Ahead } from "./Ahead";
import { standingAt } from "./replay";
import "../tasks/tasks.css";
import "./flows.css";

const Canvas = lazy(async () => ({ default: (await import("./Canvas")).Canvas }));

const PLAY_MS = 700;

const idsOf = (task: JsonObject): string[] =>
  task.who ? [asText(task.who)] : isArray(task.candidates) ? task.candidates.map((one) => asText(one)) : [];

/** Who has it now, by node. */
const peopleAt = (page: InstancePage): Map<string, string> => {
  const found = new Map<string, string[]>();
  for (const task of page.tasks as JsonObject[])
    if (task.state === "open" && task.kind !== "cc")
      found.set(asText(task.node), [...(found.get(asText(task.node)) ?? []), ...idsOf(task)]);
  return new Map([...found].map(([node, ids]) => [node, namesOf(page.labels, [...new Set(ids)], 2)]));
};

const Player = ({ last, at, onAt }: { last: number; at: number; onAt: (seq: number) => void }) => {
  const { t } = useTranslation();
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    if (at >= last) return setPlaying(false);
    const wait = setTimeout(() => onAt(at + 1), PLAY_MS);
    return () => clearTimeout(wait);
  }, [playing, at, last, onAt]);
  const play = () => {
    if (!playing && at >= last) onAt(1);
    setPlaying(!playing);
  };
  return (
    <div className="player">
      <Button
        size="small"
        shape="circle"
        icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
        onClick={play}
        aria-label={t(playing ? "flows.pausePlay" : "flows.play")}
      />
      <Slider
        min={1}
        max={Math.max(1, last)}
        value={at}
        onChange={onAt}
        tooltip={{ open: false }}
        ariaLabelForHandle={t("flows.replay")}
      />
      <span className="hint">
        {at}/{last}
      </span>
    </div>
  );
};

const Acts = ({ page }: { page: InstancePage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { modal } = App.useApp();
  const { instance } = page;
  const act = useActOnInstance(instance.instance_id);
  const [asking, setAsking] = useState<string | null>(null);
  const [token, setToken] = useState<number | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const run = (action: string, values: Values = {}) =>
    act.mutateAsync({ action, values, ...(comment ? { comment } : {}), key: newKey() }).then(
      () => {
        notify.done(t("tasks.doneWord", { action: t(`flows.act_${action}`) }));
        setAsking(null);
      },
      (error: unknown) => notify.failed(error),
    );
  const choose = (action: string) => {
    if (["jump", "skip", "retry", "reopen"].includes(action)) {
      setToken(Number(page.tokens[0]?.token_id ?? 0));
      setTo(null);
      return setAsking(action);
    }
    if (["withdraw", "cancel"].includes(action))
      return modal.confirm({
        title: t(`flows.ask_${action}`, { title: instance.title }),
        content: t("tasks.withdrawText"),
        okText: t(`flows.act_${action}`),
        okButtonProps: { danger: true },
        cancelText: t("common.cancel"),
        onOk: () => run(action),
      });
    void run(action);
  };
  const goesTo = asking === "jump" || asking === "reopen";
  const [first, ...others] = page.actions;
  if (!first) return null;
  const nodeName = (key: string) => say(page.graph.nodes.find((node) => node.key === key)?.name);
  return (
    <>
      {page.actions.length === 1 ? (
        <Button onClick={() => choose(first)}>{t(`flows.act_${first}`)}</Button>
      ) : (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [first, ...others].map((action) => ({
              key: action,
              label: t(`flows.act_${action}`),
              danger: action === "cancel",
            })),
            onClick: ({ key }) => choose(key),
          }}
        >
          <Button loading={act.isPending}>{t("flows.manage")}</Button>
        </Dropdown>
      )}
      <Modal
        open={asking !== null}
        title={asking ? t(`flows.act_${asking}`) : ""}
        okText={asking ? t(`flows.act_${asking}`) : ""}
        cancelText={t("common.cancel")}
        confirmLoading={act.isPending}
        okButtonProps={{ disabled: token === null || (goesTo && !to) }}
        onOk={() =>
          asking &&
          run(asking, { ...(asking === "reopen" ? {} : { token_id: token }), ...(to ? { to } : {}) })
        }
        onCancel={() => setAsking(null)}
      >
        <div className="flow-ask">
          {asking === "reopen" ? null : (
            <Select
              value={token}
              onChange={setToken}
              aria-label={t("flows.standsAt")}
              options={page.tokens.map((one) => ({
                value: Number(one.token_id),
                label: `${t("flows.standsAt")} ${nodeName(asText(one.node))}`,
              }))}
            />
          )}
          {goesTo ? (
            <Select
              value={to}
              onChange={setTo}
              placeholder={t("flows.jumpTo")}
              aria-label={t("flows.jumpTo")}
              options={page.graph.nodes.map((node) => ({ value: node.key, label: say(node.name) }))}
            />
          ) : null}
          <Input.TextArea
            value={comment}
            onChange={(event) => setComment(event.target.value)}
            placeholder={t("tasks.why")}
            aria-label={t("tasks.why")}
            autoSize={{ minRows: 2 }}
          />
        </div>
      </Modal>
    </>
  );
};

const Waiting = ({ page }: { page: InstancePage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const people = peopleAt(page);
  if (page.waiting.length === 0) return null;
  return (
    <section>
      <h2>{t("flows.whyWaits")}</h2>
      <ul className="flow-waits">
        {(page.waiting as JsonObject[]).map((one) => (
          <li key={asText(one.token_id)}>
            <b>{say(one.name as Words)}</b>
            <span>
              {say(one.text as Words)}
              {people.get(asText(one.node)) ? `：${people.get(asText(one.node))}` : ""}
            </span>
            <small>
              {one.since ? formatAgo(asText(one.since), lang, zone) : ""}
              {one.until
                ? ` · ${t("flows.until", { at: formatInstant(asText(one.until), lang, zone) })}`
                : ""}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
};

const Tasks = ({ page }: { page: InstancePage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const isNarrow = useNarrow();
  const nodeName = (key: string) => say(page.graph.nodes.find((node) => node.key === key)?.name);
  const stateOf = (task: JsonObject): string =>
    task.action
      ? say(task.action as Words)
      : task.auto
        ? say(task.auto as Words)
        : t(`tasks.seat_${asText(task.state)}`);
  const doneAt = (task: JsonObject): string =>
    task.done_at ? formatInstant(asText(task.done_at), lang, zone) : "";
  if (isNarrow)
    return (
      <ul className="task-list">
        {(page.tasks as JsonObject[]).map((task) => (
          <li key={asText(task.task_id)} className="task-row">
            <span className="task-main">
              <span className="task-title">{nodeName(asText(task.node))}</span>
              <span className="task-facts">
                <span>{namesOf(page.labels, idsOf(task), 3)}</span>
                <span>{doneAt(task)}</span>
                {task.comment ? <q>{asText(task.comment)}</q> : null}
              </span>
            </span>
            <span className="hint">{stateOf(task)}</span>
          </li>
        ))}
      </ul>
    );
  return (
    <Table<JsonObject>
      size="small"
      pagination={false}
      rowKey={(task) => asText(task.task_id)}
      dataSource={page.tasks as JsonObject[]}
      scroll={{ x: 640 }}
      columns={[
        { title: t("flows.step"), render: (_, task) => nodeName(asText(task.node)) },
        { title: t("tasks.who"), render: (_, task) => namesOf(page.labels, idsOf(task), 3) },
        { title: t("flows.state"), render: (_, task) => stateOf(task) },
        { title: t("tasks.comment"), dataIndex: "comment", ellipsis: true },
        { title: t("flows.doneAt"), render: (_, task) => doneAt(task) },
      ]}
    />
  );
};

const Body = ({ page }: { page: InstancePage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const { lang, zone } = useControlHost();
  const { instance, record } = page;
  const last = page.history.at(-1)?.seq ?? 1;
  const [chosen, setAt] = useState<number | null>(null);
  const at = chosen ?? last;
  const isLive = at >= last;
  const stood = useMemo(() => standingAt(page.history, at), [page.history, at]);
  const isNarrow = useNarrow();
  const standing = (
    <>
      <Waiting page={page} />
      <Ahead page={page} />
    </>
  );
  const people = useMemo(() => (isLive ? peopleAt(page) : new Map<string, string>()), [page, isLive]);
  return (
    <article className="task-page">
      <header className="task-head flow-head">
        <div>
          <h1>{instance.title}</h1>
          <p className="task-facts">
            <Status status={instance.status} />
            <span>
              {say(instance.flow_name)} · {t("flows.version", { version: instance.version })}
            </span>
            <span>
              {starterOf(page.labels, instance.started_by)
                ? t("tasks.startedBy", { who: starterOf(page.labels, instance.started_by) })
                : t("flows.byItself")}{" "}
              · {formatInstant(instance.started_at, lang, zone)}
            </span>
            {record ? (
              <button
                type="button"
                className="link"
                onClick={() => frame.openRecord(record.form ?? "", record.id ?? "")}
              >
                {record.title || t("tasks.record")}
              </button>
            ) : null}
          </p>
        </div>
        <Acts page={page} />
      </header>
      {(page.incidents as JsonObject[]).map((one) => {
        const problem = one.problem as { message?: Words; hint?: Words };
        return (
          <Alert
            key={asText(one.id)}
            type="error"
            showIcon
            title={say(problem.message)}
            description={say(problem.hint)}
          />
        );
      })}
      <div className="task-columns">
        <div className="task-left">
          {isNarrow ? standing : null}
          <div className="flow-canvas">
            <Suspense fallback={<Loading rows={8} />}>
              <Canvas graph={page.graph} standing={stood} people={people} />
            </Suspense>
            <Player last={last} at={at} onAt={(seq) => setAt(seq >= last ? null : seq)} />
          </div>
          {page.tasks.length > 0 ? (
            <Tabs
              size="small"
              items={[{ key: "tasks", label: t("flows.people"), children: <Tasks page={page} /> }]}
            />
          ) : null}
        </div>
        <aside className="task-right" aria-label={t("tasks.history")}>
          {isNarrow ? null : standing}
          <section>
            <h2>{t("tasks.history")}</h2>
            <HistoryList
              lines={page.history}
              labels={page.labels}
              at={isLive ? null : at}
              onLine={(seq) => setAt(seq >= last ? null : seq)}
            />
          </section>
        </aside>
      </div>
    </article>
  );
};

export const InstanceScreen = () => {
  const { t } = useTranslation();
  const go = useNavigate();
  const { instanceId = "" } = useParams();
  const { data, error, isPending, refetch } = useInstance(instanceId);
  const back = () => (window.history.length > 1 ? go(-1) : go("/tasks/started"));
  return (
    <div className="page page-task">
      <Button type="text" size="small" icon={<ArrowLeftOutlined />} className="back" onClick={back}>
        {t("common.back")}
      </Button>
      {error && !data ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={12} /> : null}
      {data ? <Body page={data} /> : null}
    </div>
  );
};
