/** One field of many records at once; the answer can be undone as one batch. */

import { Alert, Button, Modal, Select } from "antd";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useBulk, useUndoBatch } from "../../api/records";
import type { BulkAnswer, FilterGroup, FormPlan, Labels } from "../../api/types";
import { fieldOf, isWritable } from "../../shared/fields";
import { isBlank, type Json, type Values } from "../../shared/json";
import { controlView, useKinds } from "../../shared/kinds";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";

const NO_LABELS: Labels = {};
const NO_VALUES: Values = {};
const NOT_IN_BULK = new Set(["rows", "structured", "files"]);

/** What is changed: records by id, or all that a list shows. */
export type Target =
  | { ids: string[] }
  | { filter: FilterGroup; view?: string; formula?: string; search?: string };

export const BulkEdit = ({
  plan,
  count,
  target,
  onClose,
}: {
  plan: FormPlan;
  count: number;
  target: Target;
  onClose: (done: boolean) => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const notify = useNotify();
  const bulk = useBulk(plan.key);
  const undo = useUndoBatch();
  const [key, setKey] = useState<string | null>(null);
  const [value, setValue] = useState<Json>(null);
  const [answer, setAnswer] = useState<BulkAnswer | null>(null);
  const field = key ? fieldOf(plan, key) : undefined;
  const isReady = useKinds(field ? [field.control] : []);
  const view = field && isReady ? controlView(field.control) : undefined;
  const fields = plan.fields.filter((item) => isWritable(item) && !NOT_IN_BULK.has(item.value_type ?? ""));
  const finish = (done: BulkAnswer) => {
    notify.done(t("bulk.done", { count: done.updated }), () =>
      // The dialog has closed by then, and callbacks given to `mutate` would have gone with it.
      undo.mutateAsync(done.batch).then(() => notify.done(t("bulk.undone")), notify.failed),
    );
    if (done.failed.length) setAnswer(done);
    else onClose(true);
  };
  return (
    <Modal
      open
      title={t("bulk.title", { count })}
      onCancel={() => onClose(answer !== null)}
      footer={
        answer ? (
          <Button onClick={() => onClose(true)}>{t("common.close")}</Button>
        ) : (
          <>
            <Button onClick={() => onClose(false)}>{t("common.cancel")}</Button>
            <Button
              type="primary"
              disabled={!field || (field.required === true && isBlank(value))}
              loading={bulk.isPending}
              onClick={() =>
                field && bulk.mutate({ ...target, values: { [field.key]: value } }, { onSuccess: finish })
              }
            >
              {t("bulk.apply", { count })}
            </Button>
          </>
        )
      }
    >
      {answer ? (
        <Alert
          type="warning"
          showIcon
          title={t("bulk.someFailed", { count: answer.failed.length })}
          description={
            <ul className="tips">
              {answer.failed.slice(0, 10).map((item) => (
                <li key={item.id}>{say(item.problems[0]?.message)}</li>
              ))}
            </ul>
          }
        />
      ) : (
        <div className="bulk">
          <Select
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("bulk.field")}
            aria-label={t("bulk.field")}
            value={key}
            options={fields.map((item) => ({ value: item.key, label: say(item.label) }))}
            onChange={(next) => {
              setKey(next);
              setValue(null);
            }}
          />
          {field && view?.Input ? (
            <Suspense fallback={<div className="slot-wait" />}>
              <view.Input
                key={field.key}
                value={value}
                config={field.config}
                field={field}
                labels={NO_LABELS}
                form={plan.key}
                recordId={null}
                record={NO_VALUES}
                disabled={false}
                invalid={false}
                onChange={setValue}
              />
            </Suspense>
          ) : null}
          {field && isBlank(value) ? (
            <span className="hint">
              {t(field.required ? "bulk.needed" : "bulk.clears", { name: say(field.label) })}
            </span>
          ) : null}
          {bulk.error ? <Alert type="error" showIcon title={wordsOf(bulk.error, lang)} /> : null}
        </div>
      )}
    </Modal>
  );
};
