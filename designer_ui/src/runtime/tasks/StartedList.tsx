/** What I started: how it stands and for whom it waits; urge and withdraw from here. */

import { App, Button, Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type InstanceItem, newKey, useAct, useActOnInstance, useTaskPages } from "../../api/tasks";
import type { Labels } from "../../api/types";
import { formatAgo } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { More } from "./More";
import { namesOf } from "./words";

export const STATUS_COLOR: Readonly<Record<string, string>> = {
  running: "blue",
  failed: "red",
  paused: "orange",
  done: "default",
  cancelled: "default",
};

export const Status = ({ status }: { status: string }) => {
  const { t } = useTranslation();
  return (
    <Tag color={STATUS_COLOR[status] ?? "default"}>
      {t(`tasks.status_${status}`, { defaultValue: status })}
    </Tag>
  );
};

export const WaitsFor = ({ instance, labels }: { instance: InstanceItem; labels: Labels }) => {
  const say = useSay();
  if (instance.waits_for.length === 0) return null;
  return (
    <span className="task-waits">
      {instance.waits_for.map((part) => (
        <span key={part.node}>
          {say(part.name)}
          {part.people.length ? ` · ${namesOf(labels, part.people)}` : ""}
        </span>
      ))}
    </span>
  );
};

const Acts = ({ instance }: { instance: InstanceItem }) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const { modal } = App.useApp();
  const act = useAct();
  const onInstance = useActOnInstance(instance.instance_id);
  const task = instance.waits_for[0]?.tasks[0];
  const urge = () =>
    task === undefined
      ? undefined
      : act.mutate(
          { instance_id: instance.instance_id, task_id: task, action: "urge", key: newKey() },
          {
            onSuccess: () => notify.done(t("tasks.doneWord", { action: t("tasks.urge") })),
            onError: notify.failed,
          },
        );
  const withdraw = () =>
    modal.confirm({
      title: t("tasks.withdrawAsk", { title: instance.title }),
      content: t("tasks.withdrawText"),
      okText: t("tasks.withdraw"),
      okButtonProps: { danger: true },
      cancelText: t("common.cancel"),
      onOk: () =>
        onInstance
          .mutateAsync({ action: "withdraw", key: newKey() })
          .then(() => notify.done(t("tasks.doneWord", { action: t("tasks.withdraw") })), notify.failed),
    });
  return (
    <span className="task-acts">
      {task === undefined ? null : (
        <Button size="small" onClick={urge} loading={act.isPending}>
          {t("tasks.urge")}
        </Button>
      )}
      <Button size="small" onClick={withdraw}>
        {t("tasks.withdraw")}
      </Button>
    </span>
  );
};

export const StartedList = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const [status, setStatus] = useState("");
  const pages = useTaskPages({ box: "started", ...(status ? { status } : {}) });
  const { data, error, isPending, refetch } = pages;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading rows={8} />;
  const shown = data.instances;
  if (shown.length === 0 && !status)
    return (
      <StateView picture="empty" title={t("tasks.none_started")}>
        {t("tasks.none_startedNext")}
      </StateView>
    );
  return (
    <>
      <Segmented
        size="small"
        className="task-started"
        value={status}
        onChange={setStatus}
        options={[
          { value: "", label: t("flows.all") },
          { value: "running", label: t("tasks.status_running") },
          { value: "ended", label: t("flows.ended") },
        ]}
      />
      <ul className="task-list task-list-aligned">
        {shown.map((instance) => (
          <li key={instance.instance_id} className="task-row">
            <Link to={`/instances/${instance.instance_id}`} className="task-main">
              <span className="task-title">{instance.title}</span>
              <span className="task-facts">
                {instance.title.includes(say(instance.flow_name)) ? null : (
                  <span className="task-step">{say(instance.flow_name)}</span>
                )}
                <WaitsFor instance={instance} labels={data.labels} />
                <span>{formatAgo(instance.started_at, lang, zone)}</span>
              </span>
            </Link>
            <Status status={instance.status} />
            {instance.ended_at ? null : <Acts instance={instance} />}
          </li>
        ))}
      </ul>
      {shown.length === 0 ? <StateView picture="search" title={t("flows.noneFound")} /> : null}
      <More pages={pages} />
    </>
  );
};
