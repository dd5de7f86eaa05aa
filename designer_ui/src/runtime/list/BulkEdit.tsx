/** One field of many records at once; the answer can be undone as one batch. */

import { Alert, Button, Modal, Segmented, Select } from "antd";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useBulk, useUndoBatch } from "../../api/records";
import type { BulkAnswer, BulkJob, FieldPlan, FilterGroup, FormPlan, Labels } from "../../api/types";
import { fieldOf, isWritable } from "../../shared/fields";
import { isBlank, type Json, type Values } from "../../shared/json";
import { controlView, useKinds } from "../../shared/kinds";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { BulkProgress } from "../bulk/BulkProgress";

/** The system fields that people may change: whose a record is. */
const GIVEN = ["owner_id", "branch_id"];

export const bulkFields = (plan: FormPlan): FieldPlan[] =>
  [...GIVEN.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined), ...plan.fields].filter(
    (field) => isWritable(field) && !NOT_IN_BULK.has(field.value_type ?? ""),
  );

const NO_LABELS: Labels = {};
const NO_VALUES: Values = {};
/** Fields of several values: what they hold can be added to and taken from, or replaced. */
const LISTS = new Set(["choices", "references", "persons"]);
type How = "add" | "remove" | "values";
const NOT_IN_BULK = new Set(["rows", "structured", "files"]);

/** What is changed: records by id, or all that a list shows. */
export type Target =
  | { ids: string[] }
  | { filter: FilterGroup; view?: string; formula?: string; search?: string };

export const BulkEdit = ({
  plan,
  count,
  target,
  first,
  onClose,
}: {
  plan: FormPlan;
  count: number;
  target: Target;
  /** The field to begin with, where a button named it. */
  first: string | null;
  onClose: (done: boolean) => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const notify = useNotify();
  const bulk = useBulk(plan.key);
  const undo = useUndoBatch();
  const [key, setKey] = useState<string | null>(first);
  const [value, setValue] = useState<Json>(null);
  const [how, setHow] = useState<How>("add");
  const [answer, setAnswer] = useState<BulkAnswer | null>(null);
  const [job, setJob] = useState<string | null>(null);
  const field = key ? fieldOf(plan, key) : undefined;
  const isReady = useKinds(field ? [field.control] : []);
  const view = field && isReady ? controlView(field.control) : undefined;
  const isList = LISTS.has(field?.value_type ?? "");
  const way: How = isList ? how : "values";
  const needsValue =
    field !== undefined && (field.required === true || way !== "values" || GIVEN.includes(field.key));
  const fields = bulkFields(plan);
  const finish = (done: BulkAnswer | BulkJob) => {
    if ("job" in done) {
      setJob(done.job);
      return;
    }
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
      onCancel={() => onClose(answer !== null || job !== null)}
      footer={
        answer || job ? (
          <Button onClick={() => onClose(true)}>{t("common.close")}</Button>
        ) : (
          <>
            <Button onClick={() => onClose(false)}>{t("common.cancel")}</Button>
            <Button
              type="primary"
              disabled={!field || (needsValue && isBlank(value))}
              loading={bulk.isPending}
              onClick={() =>
                field && bulk.mutate({ ...target, [way]: { [field.key]: value } }, { onSuccess: finish })
              }
            >
              {t("bulk.apply", { count })}
            </Button>
          </>
        )
      }
    >
      {job ? (
        <BulkProgress job={job} />
      ) : answer ? (
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
          {isList ? (
            <Segmented<How>
              value={how}
              onChange={setHow}
              options={(["add", "remove", "values"] as const).map((one) => ({
                value: one,
                label: t(`bulk.how_${one}`),
              }))}
            />
          ) : null}
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
          {field && way === "values" && isBlank(value) ? (
            <span className="hint">
              {t(needsValue ? "bulk.needed" : "bulk.clears", { name: say(field.label) })}
            </span>
          ) : null}
          {bulk.error ? <Alert type="error" showIcon title={wordsOf(bulk.error, lang)} /> : null}
        </div>
      )}
    </Modal>
  );
};
