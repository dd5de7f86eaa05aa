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
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import type { Words } from "../../shared/words";
import { Status } from "../tasks/StartedList";
import { RecordSelect } from "./RecordSelect";
import { ShadowTold } from "./ShadowTold";

const SPANS = ["1d", "7d", "30d", "90d"] as const;
const PAST = ["7d", "30d", "90d"] as const;
const LOUD: Readonly<Record<string, string>> = {
  task: "blue",
  message: "green",
  incident: "red",
  refused: "red",
  finished: "default",
};

/** Steps of the machine, shown when asked for. */
const SMALL = new Set(["passed", "started"]);

const Line = ({ line, onStop }: { line: api.TrialLine; onStop?: (node: string) => void }) => {
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
      {line.node && onStop ? (
        <Button type="link" size="small" onClick={() => onStop(line.node ?? "")}>
          {t("flows.tryStopHere")}
        </Button>
      ) : null}
    </li>
  );
};

/** Where a trial halted: what the flow knows there, what would come of the node, and the ways on. */
const Halted = ({ stop, onGo }: { stop: api.TrialStop; onGo: (go: Halt) => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const known = (title: string, values: JsonObject) =>
    Object.keys(values).length ? (
      <details open={title === t("flows.tryVariables")}>
        <summary>{title}</summary>
        <dl className="trial-known">
          {Object.entries(values).map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      </details>
    ) : null;
  return (
    <section className="trial-stop" aria-live="polite">
      <h3>{t("flows.tryStopped", { node: say(stop.name) || stop.node })}</h3>
      {known(t("flows.tryVariables"), stop.variables as JsonObject)}
      {known(t("flows.tryRecordNow"), stop.record as JsonObject)}
      {stop.ahead.length ? (
        <>
          <h4>{t("flows.tryAhead")}</h4>
          <ol className="trial-lines">
            {stop.ahead.map((line, index) => (
              <Line key={`${line.at}-${index}`} line={line} />
            ))}
          </ol>
        </>
      ) : null}
      <Button type="primary" onClick={() => onGo({ step: true, after: stop.move })}>
        {t("flows.tryStep")}
      </Button>{" "}
      <Button onClick={() => onGo({})}>{t("flows.tryGoOn")}</Button>
    </section>
  );
};

/** Where a trial is to halt. */
interface Halt {
  break?: string[];
  step?: boolean;
  after?: number;
}

const Told = ({ trial, onGo }: { trial: api.Trial; onGo: (go: Halt) => void }) => {
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
            <Line key={`${line.at}-${index}`} line={line} onStop={(node) => onGo({ break: [node] })} />
          ))}
      </ol>
      {trial.stopped ? <Halted stop={trial.stopped} onGo={onGo} /> : null}
      {(trial.stopped ? [] : (trial.waiting as JsonObject[])).map((one) => (
        <p key={asText(one.node) + asText(one.token_id)} className="hint">
          {t("flows.tryStands", { node: say(one.name as Words) })} {say(one.text as Words)}
        </p>
      ))}
      {trial.cut && !trial.stopped ? <p className="hint">{t("flows.tryCut")}</p> : null}
    </section>
  );
};

type Kind = "one" | "past";

/** What is to be tried: which flow, over what, how far. */
const Asking = ({
  flows,
  asked,
  busy,
  onAsk,
  onRun,
  onStep,
}: {
  flows: readonly api.FlowItem[];
  asked: Asked;
  busy: boolean;
  onAsk: (asked: Asked) => void;
  onRun: () => void;
  onStep: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const form = formOf(flows, asked);
  const spans = (all: readonly string[]) =>
    all.map((span) => ({ value: span, label: t(`flows.try_${span}`) }));
  return (
    <Form layout="vertical" className="trial-form">
      <Form.Item>
        <Segmented<Kind>
          block
          value={asked.kind}
          onChange={(kind) => onAsk({ ...asked, kind })}
          options={[
            { value: "one", label: t("flows.tryOne") },
            { value: "past", label: t("flows.tryPast") },
          ]}
        />
      </Form.Item>
      <Form.Item label={t("flows.name")} required>
        <Select<string>
          showSearch={{ optionFilterProp: "label" }}
          {...(asked.key ? { value: asked.key } : {})}
          placeholder={t("flows.tryFlowHint")}
          aria-label={t("flows.name")}
          onChange={(key) => onAsk({ ...asked, key, record: null })}
          options={flows.map((one) => ({ value: one.key, label: say(one.name) }))}
        />
      </Form.Item>
      {asked.kind === "past" ? (
        <Form.Item label={t("flows.trySince")}>
          <Segmented
            value={asked.since}
            onChange={(since) => onAsk({ ...asked, since })}
            options={spans(PAST)}
          />
        </Form.Item>
      ) : null}
      {asked.kind === "one" && form ? (
        <Form.Item label={t("flows.tryRecord")} required>
          <RecordSelect
            key={form}
            form={form}
            label={t("flows.tryRecord")}
            value={asked.record}
            onChange={(record) => onAsk({ ...asked, record })}
          />
        </Form.Item>
      ) : null}
      <Form.Item label={t(asked.kind === "past" ? "flows.tryFollow" : "flows.tryUntil")}>
        <Segmented
          value={asked.until}
          onChange={(until) => onAsk({ ...asked, until })}
          options={spans(SPANS)}
        />
      </Form.Item>
      <Form.Item label={t("flows.tryOthers")}>
        <Segmented
          value={asked.others}
          onChange={(others) => onAsk({ ...asked, others })}
          options={[
            { value: "nobody", label: t("flows.tryNobody") },
            { value: "agree", label: t("flows.tryAgree") },
          ]}
        />
      </Form.Item>
      <Button
        type="primary"
        disabled={!asked.key || (asked.kind === "one" && form !== null && !asked.record)}
        loading={busy}
        onClick={onRun}
      >
        {t("flows.tryRun")}
      </Button>{" "}
      {asked.kind === "one" ? (
        <Button disabled={!asked.key || (form !== null && !asked.record)} loading={busy} onClick={onStep}>
          {t("flows.tryStepwise")}
        </Button>
      ) : null}
    </Form>
  );
};

interface Asked {
  kind: Kind;
  key: string | null;
  record: string | null;
  until: string;
  since: string;
  others: string;
}

const formOf = (flows: readonly api.FlowItem[], asked: Asked): string | null =>
  flows.find((one) => one.key === asked.key)?.form ?? null;

const useTrial = (asked: Asked, form: string | null) => {
  const answers = asked.others === "agree" ? { answers: { others: "agree" } } : {};
  return useMutation({
    mutationFn: async (halt: Halt): Promise<{ one?: api.Trial; past?: api.ShadowRun }> =>
      asked.kind === "past"
        ? {
            past: await request<api.ShadowRun>("POST", `/api/flows/${asked.key}/shadow`, {
              since: asked.since,
              until: asked.until,
              ...answers,
            }),
          }
        : {
            one: await request<api.Trial>("POST", `/api/flows/${asked.key}/simulate`, {
              until: asked.until,
              ...answers,
              ...halt,
              ...(form && asked.record ? { form, record_id: asked.record } : {}),
            }),
          },
  });
};

export const Trial = () => {
  const { t } = useTranslation();
  const { lang } = useControlHost();
  const { data, error, isPending, refetch } = useFlows();
  const [asked, setAsked] = useState<Asked>({
    kind: "one",
    key: null,
    record: null,
    until: "30d",
    since: "30d",
    others: "nobody",
  });
  const flows = (data ?? []).filter((one) => one.version > 0);
  const run = useTrial(asked, formOf(flows, asked));
  if (isPending) return <Loading rows={4} />;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const ask = (next: Asked) => {
    setAsked(next);
    run.reset();
  };
  const isPast = asked.kind === "past";
  return (
    <div className="trial">
      <Asking
        flows={flows}
        asked={asked}
        busy={run.isPending}
        onAsk={ask}
        onRun={() => run.mutate({})}
        onStep={() => run.mutate({ step: true })}
      />
      <div className="trial-told">
        {run.error ? <Alert type="error" showIcon title={wordsOf(run.error, lang)} /> : null}
        {run.isPending ? <Loading rows={8} /> : null}
        {run.data?.one ? <Told trial={run.data.one} onGo={run.mutate} /> : null}
        {run.data?.past ? <ShadowTold run={run.data.past} /> : null}
        {run.data || run.isPending || run.error ? null : (
          <StateView picture="empty" title={t(isPast ? "flows.tryPastNone" : "flows.tryNone")}>
            {t(isPast ? "flows.tryPastNoneNext" : "flows.tryNoneNext")}
          </StateView>
        )}
      </div>
    </div>
  );
};
