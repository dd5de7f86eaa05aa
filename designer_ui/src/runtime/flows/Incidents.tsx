/** What could not go on: the problem in words, and what may be done; several at once. */

import { Button, Checkbox, Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useIncidents, useSettle } from "../../api/tasks";
import { formatAgo } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isArray, type JsonObject } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { Words } from "../../shared/words";
import { More } from "../tasks/More";

/** Those that need no further word; the rest is done on the instance's own page. */
const PLAIN = new Set(["retry", "skip", "cancel", "sent", "again", "drop"]);

const actionsOf = (one: JsonObject): string[] =>
  isArray(one.actions)
    ? one.actions.map((action) => asText(action)).filter((action) => PLAIN.has(action))
    : [];

export const Incidents = () => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { lang, zone } = useControlHost();
  const [state, setState] = useState("open");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = useIncidents(state);
  const { data, error, isPending, refetch } = pages;
  const settle = useSettle();
  const all = data?.incidents ?? [];
  const selected = all.filter((one) => chosen.has(asText(one.id)));
  const shared = actionsOf(selected[0] ?? {}).filter((action) =>
    selected.every((one) => actionsOf(one).includes(action)),
  );
  const run = (ids: string[], action: string) =>
    settle.mutate(
      { ids, action },
      {
        onSuccess: ({ settled, failed }) => {
          if (settled) notify.done(t("flows.settled", { count: settled }));
          if (failed.length) notify.warn(t("flows.settleFailed", { count: failed.length }));
          setChosen(new Set());
        },
        onError: notify.failed,
      },
    );
  const toggle = (id: string, on: boolean) =>
    setChosen((old) => {
      const next = new Set(old);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  return (
    <>
      <div className="task-tools">
        <Segmented
          size="small"
          value={state}
          onChange={setState}
          options={[
            { value: "open", label: t("flows.open") },
            { value: "settled", label: t("flows.settledTab") },
          ]}
        />
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={6} /> : null}
      {data && all.length === 0 ? (
        <StateView picture="empty" title={t("flows.incidentsNone")}>
          {t("flows.incidentsNoneNext")}
        </StateView>
      ) : null}
      {selected.length ? (
        <div className="task-bulk" role="toolbar">
          <span>{t("flows.selected", { count: selected.length })}</span>
          {shared.map((action) => (
            <Button
              key={action}
              size="small"
              loading={settle.isPending}
              onClick={() =>
                run(
                  selected.map((one) => asText(one.id)),
                  action,
                )
              }
            >
              {t(`flows.resolve_${action}`)}
            </Button>
          ))}
          <Button size="small" type="text" onClick={() => setChosen(new Set())}>
            {t("tasks.clear")}
          </Button>
        </div>
      ) : null}
      {all.length ? (
        <ul className="task-list">
          {all.map((one) => {
            const id = asText(one.id);
            const problem = one.problem as { message?: Words; hint?: Words };
            const title = asText(one.title) || say(one.flow_name as Words);
            const body = (
              <>
                <span className="task-title">{say(problem.message)}</span>
                <span className="task-facts">
                  <span className="task-step">{say(one.flow_name as Words)}</span>
                  {one.title ? <span>{asText(one.title)}</span> : null}
                  <span>{say(problem.hint)}</span>
                  <span>{one.at ? formatAgo(asText(one.at), lang, zone) : ""}</span>
                </span>
              </>
            );
            return (
              <li key={id} className={chosen.has(id) ? "task-row task-row-on" : "task-row"}>
                {state === "open" ? (
                  <Checkbox
                    checked={chosen.has(id)}
                    onChange={(event) => toggle(id, event.target.checked)}
                    aria-label={t("tasks.select", { title })}
                  />
                ) : null}
                {one.instance ? (
                  <Link to={`/instances/${asText(one.instance)}`} className="task-main">
                    {body}
                  </Link>
                ) : (
                  <span className="task-main">{body}</span>
                )}
                {state === "open" ? (
                  <span className="task-acts">
                    {actionsOf(one).map((action) => (
                      <Button
                        key={action}
                        size="small"
                        disabled={settle.isPending}
                        onClick={() => run([id], action)}
                      >
                        {t(`flows.resolve_${action}`)}
                      </Button>
                    ))}
                  </span>
                ) : (
                  <Tag>
                    {t(`flows.resolve_${asText(one.resolution)}`, { defaultValue: asText(one.resolution) })}
                  </Tag>
                )}
              </li>
            );
          })}
        </ul>
      ) : null}
      <More pages={pages} />
    </>
  );
};
