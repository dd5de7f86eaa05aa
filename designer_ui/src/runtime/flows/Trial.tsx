/** 试运行: what a flow would do about a record, hour by hour, without doing any of it. */

import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Segmented, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request, wordsOf } from "../../api/client";
import type * as api from "../../api/schema";
import { useFlows } from "../../api/tasks";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, type JsonObject } from "../../shared/json";
import { Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import type { Words } from "../../shared/words";
import { Status } from "../tasks/StartedList";
import { RecordSelect } from "./RecordSelect";

const SPANS = ["1d", "7d", "30d", "90d"] as const;
const LOUD: Readonly<Record<string, string>> = {
  task: "blue",
  message: "green",
  incident: "red",
  refused: "red",
  finished: "default",
};

/** Steps of the machine, shown when asked for. */
const SMALL = new Set(["passed", "started"]);

const Line = ({ line }: { line: api.TrialLine }) => {
  const say = useSay();
  const { t } = useTranslation();
  const { lang, zone } = useControlHost();
  return (
    <li className="trial-line">
      <time dateTime={line.at}>{formatInstant(line.at, lang, zone)}</time>
      <Tag color={LOUD[line.kind] ?? "default"}>{t(`flows.try_${line.kind}`, { defaultValue: "·" })}</Tag>
      <span className="trial-words">
        {say(line.text)}
        {line.due_at ? (
          <small> {t("tasks.due", { at: formatInstant(line.due_at, lang, zone) })}</small>
        ) : null}
        {line.body ? <q>{line.body}</q> : null}
      </span>
    </li>
  );
};

const Told = ({ trial }: { trial: api.Trial }) => {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const say = useSay();
  const { lang, zone } = useControlHost();
  return (
    <section>
      <h2 className="trial-head">
        {trial.title} <Status status={trial.status} />
        <small>
          {formatInstant(trial.began_at, lang, zone)} –{" "}
          {formatInstant(trial.ended_at ?? trial.until, lang, zone)}
        </small>
        <Checkbox checked={isWhole} onChange={(event) => setWhole(event.target.checked)}>
          {t("flows.tryWhole")}
        </Checkbox>
      </h2>
      {trial.troubles.length ? (
        <Alert type="warning" showIcon title={trial.troubles.slice(0, 5).join("；")} />
      ) : null}
      <ol className="trial-lines">
        {trial.timeline
          .filter((line) => isWhole || !SMALL.has(line.kind))
          .map((line, index) => (
            <Line key={`${line.at}-${index}`} line={line} />
          ))}
      </ol>
      {(trial.waiting as JsonObject[]).map((one) => (
        <p key={asText(one.node) + asText(one.token_id)} className="hint">
          {t("flows.tryStands", { node: say(one.name as Words) })} {say(one.text as Words)}
        </p>
      ))}
      {trial.cut ? <p className="hint">{t("flows.tryCut")}</p> : null}
    </section>
  );
};

export const Trial = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang } = useControlHost();
  const { data: flows, isPending } = useFlows();
  const [key, setKey] = useState<string | null>(null);
  const [record, setRecord] = useState<string | null>(null);
  const [until, setUntil] = useState<string>("30d");
  const run = useMutation({
    mutationFn: () =>
      request<api.Trial>("POST", `/api/flows/${key}/simulate`, {
        until,
        ...(form && record ? { form, record_id: record } : {}),
      }),
  });
  if (isPending) return <Loading rows={4} />;
  const known = (flows ?? []).filter((one) => one.version > 0);
  const form = known.find((one) => one.key === key)?.form ?? null;
  const choose = (set: () => void) => {
    set();
    run.reset();
  };
  return (
    <div className="trial">
      <Form layout="vertical" className="trial-form">
        <Form.Item label={t("flows.name")} required>
          <Select<string>
            showSearch={{ optionFilterProp: "label" }}
            {...(key ? { value: key } : {})}
            placeholder={t("flows.tryFlowHint")}
            aria-label={t("flows.name")}
            onChange={(next) =>
              choose(() => {
                setKey(next);
                setRecord(null);
              })
            }
            options={known.map((one) => ({ value: one.key, label: say(one.name) }))}
          />
        </Form.Item>
        {form ? (
          <Form.Item label={t("flows.tryRecord")} required>
            <RecordSelect
              key={form}
              form={form}
              label={t("flows.tryRecord")}
              value={record}
              onChange={(id) => choose(() => setRecord(id))}
            />
          </Form.Item>
        ) : null}
        <Form.Item label={t("flows.tryUntil")}>
          <Segmented
            value={until}
            onChange={(next) => choose(() => setUntil(String(next)))}
            options={SPANS.map((span) => ({ value: span, label: t(`flows.try_${span}`) }))}
          />
        </Form.Item>
        <Button
          type="primary"
          disabled={!key || (form !== null && !record)}
          loading={run.isPending}
          onClick={() => run.mutate()}
        >
          {t("flows.tryRun")}
        </Button>
      </Form>
      <div className="trial-told">
        {run.error ? <Alert type="error" showIcon title={wordsOf(run.error, lang)} /> : null}
        {run.isPending ? <Loading rows={8} /> : null}
        {run.data ? <Told trial={run.data} /> : null}
        {run.data || run.isPending || run.error ? null : (
          <StateView picture="empty" title={t("flows.tryNone")}>
            {t("flows.tryNoneNext")}
          </StateView>
        )}
      </div>
    </div>
  );
};
