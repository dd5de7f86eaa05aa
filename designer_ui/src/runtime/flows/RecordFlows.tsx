/** The flows of a record: what runs and for whom it waits, my own part in it, and what can be started. */

import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type FlowButton, useRecordFlows } from "../../api/tasks";
import { formatAgo } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { Status, WaitsFor } from "../tasks/StartedList";
import { taskPath } from "../tasks/words";
import { StartFlow } from "./StartFlow";
import "../tasks/tasks.css";
import "./flows.css";

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
      {starting ? (
        <StartFlow button={starting} form={form} ids={[recordId]} onClose={() => setStarting(null)} />
      ) : null}
    </div>
  );
};
