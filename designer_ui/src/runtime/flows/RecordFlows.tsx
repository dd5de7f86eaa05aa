/** The flows of a record: what runs and for whom it waits, my own part in it, and what can be started. */

import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type FlowButton, useRecordFlows, useWhy } from "../../api/tasks";
import { formatAgo } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isArray, isObject } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import type { Words } from "../../shared/words";
import { Status, WaitsFor } from "../tasks/StartedList";
import { taskPath } from "../tasks/words";
import { StartFlow } from "./StartFlow";
import "../tasks/tasks.css";
import "./flows.css";

/** Why flows started here, or did not: what was judged at each change of the record. */
const Why = ({ form, recordId }: { form: string; recordId: string }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const [isOpen, setOpen] = useState(false);
  const { data, error, isFetching } = useWhy(form, recordId, isOpen);
  return (
    <div className="flow-why">
      <Button type="link" size="small" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        {t("flows.why")}
      </Button>
      {isOpen && error ? <ErrorState error={error} /> : null}
      {isOpen && isFetching && !data ? <Loading rows={2} /> : null}
      {isOpen && data ? (
        <ul>
          {data.events.length === 0 ? <li className="hint">{t("flows.whyNone")}</li> : null}
          {data.events.flatMap((event, at) =>
            (isArray(event.verdicts) ? event.verdicts : []).map((one, index) =>
              isObject(one) ? (
                <li key={`${at}-${index}`}>
                  <b>{say(data.flows[asText(one.flow)]) || asText(one.flow)}</b> {say(one.words as Words)}
                  <small>{formatAgo(asText(event.at), lang, zone)}</small>
                </li>
              ) : null,
            ),
          )}
        </ul>
      ) : null}
    </div>
  );
};

export const RecordFlows = ({ form, recordId }: { form: string; recordId: string }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const { data, error, isPending, refetch } = useRecordFlows(form, recordId);
  const [starting, setStarting] = useState<FlowButton | null>(null);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading rows={4} />;
  return (
    <div className="record-flows">
      {data.buttons.length ? (
        <div className="task-filters">
          {data.buttons.map((button) => (
            <Button key={`${button.flow}.${button.trigger}`} onClick={() => setStarting(button)}>
              {say(button.name)}
            </Button>
          ))}
        </div>
      ) : null}
      {data.instances.length === 0 ? <p className="hint">{t("flows.noneHere")}</p> : null}
      {data.instances.length ? (
        <ul className="task-list">
          {data.instances.map((instance) => (
            <li key={instance.instance_id} className="task-row">
              <Link to={`/instances/${instance.instance_id}`} className="task-main">
                <span className="task-title">{say(instance.flow_name)}</span>
                <span className="task-facts">
                  <WaitsFor instance={instance} labels={data.labels} />
                  <span>{formatAgo(instance.ended_at ?? instance.started_at, lang, zone)}</span>
                </span>
              </Link>
              <Status status={instance.status} />
              {(instance.mine ?? []).slice(0, 1).map((task) => (
                <Link key={task.task_id} to={taskPath(task)}>
                  <Button size="small" type="primary" tabIndex={-1}>
                    {t("flows.decide")}
                  </Button>
                </Link>
              ))}
            </li>
          ))}
        </ul>
      ) : null}
      <Why form={form} recordId={recordId} />
      {starting ? (
        <StartFlow
          button={starting}
          form={form}
          chosen={{ ids: [recordId] }}
          count={1}
          onClose={() => setStarting(null)}
        />
      ) : null}
    </div>
  );
};
