/** Starting a flow by hand: first who would be asked, then one press. */

import { DatePicker, Form, Input, InputNumber, Modal, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type FlowButton, newKey, usePreview, useStartFlow } from "../../api/tasks";
import { asText, isBlank, type Json, type JsonObject, type Values } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { Words } from "../../shared/words";
import { namesOf } from "../tasks/words";

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
    <Form.Item label={name} required>
      {type === "bool" ? (
        <Switch checked={value === true} onChange={onChange} aria-label={name} />
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

export const StartFlow = ({
  button,
  form,
  ids,
  onClose,
}: {
  button: FlowButton;
  form: string;
  ids: readonly string[];
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const [key] = useState(newKey);
  const start = useStartFlow();
  const one = ids.length === 1 ? (ids[0] ?? "") : "";
  const preview = usePreview(one ? button.flow : null, form, one);
  const [values, setValues] = useState<Values>({});
  const lacks = button.ask.some((variable) => isBlank(values[asText(variable.key)] ?? null));
  const run = () =>
    start.mutate(
      {
        flow: button.flow,
        trigger: button.trigger,
        form,
        ...(one ? { record_id: one } : { ids }),
        ...(button.ask.length ? { values } : {}),
        key,
      },
      {
        onSuccess: ({ started, failed }) => {
          if (started.length)
            notify.done(
              one
                ? t("flows.startedOne", { name: say(button.name) })
                : t("flows.startedMany", { count: started.length }),
            );
          const problems = failed[0]?.problems as { message?: Words }[] | undefined;
          if (failed.length)
            notify.warn(t("flows.startFailed", { count: failed.length, why: say(problems?.[0]?.message) }));
          onClose();
        },
        onError: notify.failed,
      },
    );
  const steps = preview.data?.steps ?? [];
  return (
    <Modal
      open
      width={460}
      title={t("flows.startAsk", { name: say(button.name) })}
      okText={t("flows.start")}
      cancelText={t("common.cancel")}
      confirmLoading={start.isPending}
      okButtonProps={{ disabled: lacks }}
      onOk={run}
      onCancel={onClose}
    >
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
      {one && preview.isPending ? <Loading rows={3} /> : null}
      {preview.error ? <ErrorState error={preview.error} /> : null}
      {preview.data ? (
        steps.length ? (
          <>
            <p>{t("flows.whoWould")}</p>
            <ol className="flow-preview">
              {steps.map((step, index) => (
                <li key={`${step.node}-${index}`}>
                  {say(step.name)} <small>{namesOf(preview.data.labels, step.people ?? [], 5)}</small>
                </li>
              ))}
            </ol>
            {preview.data.end === "more" || preview.data.end === "unknown" ? (
              <p className="hint">{t("flows.thenMore")}</p>
            ) : null}
          </>
        ) : (
          <p>{t("flows.whoNobody")}</p>
        )
      ) : null}
    </Modal>
  );
};
