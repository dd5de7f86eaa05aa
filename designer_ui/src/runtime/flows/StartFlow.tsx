/** Starting a flow by hand: first who would be asked, then one press. */

import { Alert, Button, DatePicker, Form, Input, InputNumber, Modal, Switch } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Chosen,
  type FlowButton,
  newKey,
  type Started,
  usePreview,
  useStartFlow,
} from "../../api/tasks";
import { asText, isBlank, type Json, type JsonObject, type Values } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { Words } from "../../shared/words";
import { PersonSelect } from "../tasks/PersonSelect";
import { namesOf } from "../tasks/words";
import { StartProgress } from "./StartProgress";

const isOptional = (variable: JsonObject): boolean => !isBlank(variable.default ?? null);

/** What stands in a field before anybody has touched it. */
const firstValue = (variable: JsonObject): Json => {
  if (variable.type === "bool") return false;
  if (variable.type === "date" && variable.default === "TODAY()")
    return dayjs(clinicNow()).format("YYYY-MM-DD");
  return null;
};

/** A variable that the flow asks for before it starts. */
const Asked = ({
  variable,
  value,
  onChange,
}: {
  variable: JsonObject;
  value: Json;
  onChange: (value: Json) => void;
}) => {
  const say = useSay();
  const name = say(variable.name as Words) || asText(variable.key);
  const type = asText(variable.type);
  return (
    <Form.Item label={name} required={!isOptional(variable)}>
      {type === "bool" ? (
        <Switch checked={value === true} onChange={onChange} aria-label={name} />
      ) : type === "person" || type === "people" ? (
        <PersonSelect
          withMe
          isMany={type === "people"}
          label={name}
          value={Array.isArray(value) ? value.map(asText) : value ? [asText(value)] : []}
          onChange={(ids) => onChange(type === "people" ? ids : (ids[0] ?? null))}
        />
      ) : type === "number" || type === "integer" || type === "money" ? (
        <InputNumber
          value={value === null ? null : asText(value)}
          onChange={(next) => onChange(next === null ? null : String(next))}
          stringMode
          aria-label={name}
          style={{ width: "100%" }}
        />
      ) : type === "date" || type === "datetime" ? (
        <DatePicker
          showTime={type === "datetime"}
          value={value ? dayjs(asText(value)) : null}
          onChange={(day) =>
            onChange(day ? (type === "date" ? day.format("YYYY-MM-DD") : day.toISOString()) : null)
          }
          aria-label={name}
          style={{ width: "100%" }}
        />
      ) : (
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={2000}
          value={asText(value)}
          onChange={(event) => onChange(event.target.value)}
          aria-label={name}
        />
      )}
    </Form.Item>
  );
};

/** Who would be asked about the one record, in which order. */
const Ahead = ({ flow, form, recordId }: { flow: string; form: string; recordId: string }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { data, isPending, error } = usePreview(flow, form, recordId);
  if (isPending) return <Loading rows={3} />;
  if (error) return <ErrorState error={error} />;
  if (data.steps.length === 0) return <p>{t("flows.whoNobody")}</p>;
  return (
    <>
      <p>{t("flows.whoWould")}</p>
      <ol className="flow-preview">
        {data.steps.map((step, index) => (
          <li key={`${step.node}-${index}`}>
            {say(step.name)} <small>{namesOf(data.labels, step.people ?? [], 5)}</small>
          </li>
        ))}
      </ol>
      {data.end === "more" || data.end === "unknown" ? <p className="hint">{t("flows.thenMore")}</p> : null}
    </>
  );
};

export const StartFlow = ({
  button,
  form,
  chosen,
  count,
  onClose,
}: {
  button: FlowButton;
  form: string;
  chosen: Chosen;
  /** How many records are meant; null: all of a list that is still being counted. */
  count: number | null;
  onClose: (isStarted: boolean) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const [key] = useState(newKey);
  // A list that follows what the flow does may show fewer meanwhile.
  const [meant] = useState(count);
  const start = useStartFlow();
  const one = "ids" in chosen && chosen.ids.length === 1 ? (chosen.ids[0] ?? "") : "";
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(button.ask.map((variable) => [asText(variable.key), firstValue(variable)])),
  );
  const [job, setJob] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Started | null>(null);
  const lacks = button.ask.some(
    (variable) => !isOptional(variable) && isBlank(values[asText(variable.key)] ?? null),
  );
  const finish = (done: Started) => {
    if (done.started.length)
      notify.done(
        one
          ? t("flows.startedOne", { name: say(button.name) })
          : t("flows.startedMany", { count: done.started.length }),
      );
    if (done.failed.length) setAnswer(done);
    else onClose(true);
  };
  const run = () =>
    start.mutate(
      {
        flow: button.flow,
        trigger: button.trigger,
        form,
        chosen,
        ...(button.ask.length ? { values } : {}),
        key,
      },
      { onSuccess: (done) => ("job" in done ? setJob(done.job) : finish(done)), onError: notify.failed },
    );
  const isOver = job !== null || answer !== null;
  const name = say(button.name);
  return (
    <Modal
      open
      width={460}
      title={one || meant === null ? name : t("flows.startMany", { name, count: meant })}
      okText={t("flows.start")}
      cancelText={t("common.cancel")}
      confirmLoading={start.isPending}
      okButtonProps={{ disabled: lacks }}
      onOk={run}
      onCancel={() => onClose(isOver)}
      footer={isOver ? <Button onClick={() => onClose(true)}>{t("common.close")}</Button> : undefined}
    >
      {job ? (
        <StartProgress job={job} />
      ) : answer ? (
        <Alert
          type="warning"
          showIcon
          title={t("flows.startFailed", { count: answer.failed.length })}
          description={
            <ul className="tips">
              {Object.entries(reasonsOf(answer, say)).map(([why, times]) => (
                <li key={why}>
                  {why} {times > 1 ? <small>{t("flows.countOf", { count: times })}</small> : null}
                </li>
              ))}
            </ul>
          }
        />
      ) : (
        <>
          {button.ask.length ? (
            <Form layout="vertical">
              {button.ask.map((variable) => (
                <Asked
                  key={asText(variable.key)}
                  variable={variable}
                  value={values[asText(variable.key)] ?? null}
                  onChange={(value) => setValues((old) => ({ ...old, [asText(variable.key)]: value }))}
                />
              ))}
            </Form>
          ) : null}
          {one ? (
            <Ahead flow={button.flow} form={form} recordId={one} />
          ) : (
            <p className="hint">{t("flows.eachJudged")}</p>
          )}
        </>
      )}
    </Modal>
  );
};

/** How often each reason was given. */
const reasonsOf = (answer: Started, say: (words: Words | undefined) => string): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const line of answer.failed) {
    const problems = line.problems as { message?: Words }[] | undefined;
    const why = say(problems?.[0]?.message);
    found[why] = (found[why] ?? 0) + 1;
  }
  return found;
};
