/** Somebody leaves: everything that waits for them goes to others, seen before, and undone if it was wrong. */

import { App, Button, Checkbox, Form, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApp } from "../../api/session";
import { newKey, useHandOver, useHandovers, usePreviewHandover, useUndoHandover } from "../../api/tasks";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isArray, type JsonObject } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { PersonSelect } from "../tasks/PersonSelect";
import { nameOf, namesOf } from "../tasks/words";

const idsOf = (value: unknown): string[] => (isArray(value as never) ? (value as unknown[]).map(String) : []);

export const Handover = () => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { modal } = App.useApp();
  const { lang, zone } = useControlHost();
  const { data: app } = useApp();
  const [from, setFrom] = useState<string[]>([]);
  const [to, setTo] = useState<string[]>([]);
  const [records, setRecords] = useState(true);
  const look = usePreviewHandover();
  const give = useHandOver();
  const undo = useUndoHandover();
  const { data: past } = useHandovers();
  const formName = (key: string): string => say(app?.forms.find((form) => form.key === key)?.name) || key;
  const preview = look.data;
  const change = (set: (ids: string[]) => void) => (ids: string[]) => {
    set(ids);
    look.reset();
  };
  const countWords = (items: readonly JsonObject[]): string =>
    items
      .filter((one) => Number(one.count) > 0)
      .map((one) => t("flows.handCount", { count: Number(one.count), form: formName(asText(one.form)) }))
      .join("、");
  const run = () =>
    modal.confirm({
      title: t("flows.handDo"),
      content: preview
        ? [
            t("flows.handTasks", { count: preview.tasks.length }),
            records ? countWords(preview.records as JsonObject[]) : "",
          ]
            .filter(Boolean)
            .join("、")
        : "",
      okText: t("flows.handDo"),
      cancelText: t("common.cancel"),
      onOk: () =>
        give.mutateAsync({ from_user: from[0] ?? "", to, records, key: newKey() }).then(
          (done) => {
            notify.done(t("flows.handDone", { moved: done.moved }));
            if (done.failed.length) notify.warn(t("flows.handFailed", { count: done.failed.length }));
            look.reset();
          },
          (error: unknown) => notify.failed(error),
        ),
    });
  return (
    <div className="task-columns">
      <div className="task-left">
        <Form layout="vertical" className="hand-form">
          <Form.Item label={t("flows.handFrom")} required>
            <PersonSelect withMe value={from} onChange={change(setFrom)} label={t("flows.handFrom")} />
          </Form.Item>
          <Form.Item label={t("flows.handTo")} required>
            <PersonSelect isMany withMe value={to} onChange={change(setTo)} label={t("flows.handTo")} />
          </Form.Item>
          <Form.Item>
            <Checkbox checked={records} onChange={(event) => setRecords(event.target.checked)}>
              {t("flows.handRecords")}
            </Checkbox>
          </Form.Item>
          <Button
            disabled={!from[0] || to.length === 0}
            loading={look.isPending}
            onClick={() => look.mutate({ from_user: from[0] ?? "", to }, { onError: notify.failed })}
          >
            {t("flows.handLook")}
          </Button>
        </Form>
        {preview ? (
          <section>
            <h2>
              {t("flows.handTasks", { count: preview.tasks.length })}
              {records && countWords(preview.records as JsonObject[])
                ? `、${countWords(preview.records as JsonObject[])}`
                : ""}
            </h2>
            {preview.tasks.length === 0 ? <p className="hint">{t("flows.handNothing")}</p> : null}
            <ul className="task-list">
              {(preview.tasks as JsonObject[]).slice(0, 100).map((task) => (
                <li key={`${asText(task.instance_id)}.${asText(task.task_id)}`} className="task-row">
                  <span className="task-main">
                    <span className="task-title">{asText(task.title)}</span>
                    <span className="task-facts">{say(task.name as never)}</span>
                  </span>
                  <span className="hint">→ {nameOf(preview.labels, asText(task.to))}</span>
                </li>
              ))}
            </ul>
            <Button type="primary" onClick={run} loading={give.isPending} style={{ marginTop: 12 }}>
              {t("flows.handDo")}
            </Button>
          </section>
        ) : null}
      </div>
      <div className="task-right">
        <section>
          <h2>{t("flows.handHistory")}</h2>
          {past && past.handovers.length === 0 ? <p className="hint">{t("flows.handNone")}</p> : null}
          <ul className="proxy-list">
            {((past?.handovers ?? []) as JsonObject[]).map((one) => (
              <li key={asText(one.id)}>
                <span>
                  {t("flows.handWho", {
                    from: nameOf(past?.labels ?? {}, asText(one.from_user)),
                    to: namesOf(past?.labels ?? {}, idsOf(one.to), 2),
                  })}
                  <small>
                    {formatInstant(asText(one.at), lang, zone)} ·{" "}
                    {t("flows.handTasks", { count: Number(one.tasks) })}
                  </small>
                </span>
                {one.is_undone ? (
                  <Tag>{t("flows.handWasUndone")}</Tag>
                ) : (
                  <Button
                    size="small"
                    loading={undo.isPending}
                    onClick={() =>
                      undo.mutate(asText(one.id), {
                        onSuccess: (done) =>
                          notify.done(t("flows.handUndone", { undone: done.undone, kept: done.kept })),
                        onError: notify.failed,
                      })
                    }
                  >
                    {t("flows.handUndo")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
};
