/** Every instance, newest first, by flow and state. */

import { Input, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFlows, useInstances } from "../../api/tasks";
import { formatAgo } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { More } from "../tasks/More";
import { Status, WaitsFor } from "../tasks/StartedList";
import { starterOf } from "../tasks/words";

const STATES = ["live", "failed", "done", "cancelled", ""] as const;

export const Running = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const [flow, setFlow] = useState("");
  const [status, setStatus] = useState<string>("live");
  const [q, setText] = useState("");
  const { data: flows = [] } = useFlows();
  const pages = useInstances({ flow, status, q });
  const { data, error, isPending, refetch } = pages;
  const countWords = (counts: Record<string, number>): string => {
    const [live, stuck] = [counts.running ?? 0, counts.failed ?? 0];
    return [
      live ? t("flows.flowsCount", { count: live }) : "",
      stuck ? t("flows.stuckCount", { count: stuck }) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  };
  return (
    <>
      <div className="task-tools">
        <Segmented
          size="small"
          value={status}
          onChange={setStatus}
          options={STATES.map((value) => ({
            value,
            label: value === "live" ? t("flows.live") : value ? t(`tasks.status_${value}`) : t("flows.all"),
          }))}
        />
        <span className="task-filters">
          <Select
            size="small"
            value={flow}
            onChange={setFlow}
            popupMatchSelectWidth={false}
            aria-label={t("flows.name")}
            options={[
              { value: "", label: t("tasks.allFlows") },
              ...flows.map((one) => ({
                value: one.key,
                label: [say(one.name), countWords(one.counts)].filter(Boolean).join(" · "),
              })),
            ]}
          />
          <Input.Search
            size="small"
            allowClear
            placeholder={t("flows.search")}
            aria-label={t("flows.search")}
            onSearch={(value) => setText(value.trim())}
            style={{ width: 180 }}
          />
        </span>
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={8} /> : null}
      {data && data.instances.length === 0 ? (
        <StateView picture="empty" title={t("flows.noneFound")}>
          {t("flows.noneFoundNext")}
        </StateView>
      ) : null}
      {data?.instances.length ? (
        <ul className="task-list">
          {data.instances.map((instance) => (
            <li key={instance.instance_id} className="task-row">
              <Link to={`/instances/${instance.instance_id}`} className="task-main">
                <span className="task-title">{instance.title}</span>
                <span className="task-facts">
                  {instance.title.includes(say(instance.flow_name)) ? null : (
                    <span className="task-step">{say(instance.flow_name)}</span>
                  )}
                  <WaitsFor instance={instance} labels={data.labels} />
                  <span>
                    {starterOf(data.labels, instance.started_by)
                      ? t("tasks.startedBy", { who: starterOf(data.labels, instance.started_by) })
                      : t("flows.byItself")}{" "}
                    · {formatAgo(instance.started_at, lang, zone)}
                  </span>
                </span>
              </Link>
              <Status status={instance.status} />
            </li>
          ))}
        </ul>
      ) : null}
      <More pages={pages} />
    </>
  );
};
