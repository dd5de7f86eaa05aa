/** What a task is about, to read; and what is to be filled in here, as a form. */

import { Alert, Button } from "antd";
import { type RefObject, useImperativeHandle, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { kindsOf, useForm } from "../../api/forms";
import type { TaskPage } from "../../api/tasks";
import type { FormPlan, Problem, RecordAnswer } from "../../api/types";
import { isBlank, type Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { FactsTab } from "../record/FactsTab";
import { FormSections } from "../record/FormSections";
import { problemsByField } from "../record/formModel";
import { useRecordForm } from "../record/useRecordForm";
import { narrow, writable } from "./narrow";

export interface TaskFormHandle {
  /** What was written; null when something required is missing. `isLoose`: refusing needs nothing filled in. */
  collect: (isLoose: boolean) => Values | null;
  tell: (problems: readonly Problem[]) => void;
}

const QUIET = new Set([
  "created_by",
  "updated_by",
  "created_at",
  "updated_at",
  "source_ref",
  "owner_id",
  "branch_id",
]);

const Facts = ({
  plan,
  answer,
  without,
}: {
  plan: FormPlan;
  answer: RecordAnswer;
  without: ReadonlySet<string>;
}) => {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const keys = plan.fields
    .filter((field) => field.role !== "layout" && field.role !== "virtual" && !without.has(field.key))
    .filter((field) => !QUIET.has(field.key) && field.key in answer.record)
    .map((field) => field.key);
  const filled = keys.filter((key) => !isBlank(answer.record[key] ?? null));
  return (
    <>
      <FactsTab plan={plan} answer={answer} items={all ? keys : filled} />
      {keys.length > filled.length ? (
        <Button type="link" size="small" className="task-allfields" onClick={() => setAll(!all)}>
          {t(all ? "tasks.fewFields" : "tasks.allFields")}
        </Button>
      ) : null}
    </>
  );
};

const Filling = ({
  plan,
  page,
  answer,
  handle,
}: {
  plan: FormPlan;
  page: TaskPage;
  answer: RecordAnswer | null;
  handle: RefObject<TaskFormHandle | null>;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { fields } = page.node;
  const open = useMemo(() => new Set(writable(plan, fields).map((field) => field.key)), [plan, fields]);
  const whole = useMemo(() => narrow(plan, fields), [plan, fields]);
  const form = useRecordForm(whole, answer, undefined);
  const ready = useKinds(kindsOf(whole.fields));
  const some: FormPlan = useMemo(
    () => ({
      ...whole,
      fields: whole.fields.filter((field) => open.has(field.key)),
      layout: whole.layout
        .map((part) => ({ ...part, folded: false, items: part.items.filter((key) => open.has(key)) }))
        .filter((part) => part.items.length > 0),
    }),
    [whole, open],
  );
  useImperativeHandle(handle, () => ({
    collect: (isLoose) => {
      const found = form.collect();
      if (found) return found;
      if (!isLoose) return null;
      form.setProblems([]);
      return {};
    },
    tell: form.setProblems,
  }));
  if (!ready) return <Loading rows={4} />;
  const problems = form.problems.filter((problem) => problem.path.split("/").length > 1);
  return (
    <section className="task-fill">
      <h2>{answer ? t("tasks.fillIn") : t("tasks.newRecord", { form: say(plan.name) })}</h2>
      {problems.length ? (
        <Alert
          type="error"
          showIcon
          title={problems
            .map((problem) => say(problem.message))
            .slice(0, 3)
            .join(" · ")}
        />
      ) : null}
      <FormSections
        plan={some}
        recordId={answer?.record.id ?? null}
        values={form.values}
        state={form.state}
        labels={answer?.labels ?? {}}
        masked={answer?.masked ?? []}
        problems={problemsByField(plan, form.problems)}
        isNew={answer === null}
        check={form.check}
        onChange={form.set}
      />
    </section>
  );
};

export const TaskForm = ({
  page,
  canFill,
  handle,
}: {
  page: TaskPage;
  canFill: boolean;
  handle: RefObject<TaskFormHandle | null>;
}) => {
  const { t } = useTranslation();
  const form = page.task.form ?? "";
  const { data: plan, error } = useForm(form);
  const answer = page.record as RecordAnswer | null;
  const isSeen = answer !== null || page.node.is_new_record;
  const open = useMemo(
    () => (plan && canFill ? writable(plan, page.node.fields) : []),
    [plan, canFill, page.node.fields],
  );
  const without = useMemo(() => new Set(open.map((field) => field.key)), [open]);
  const shown = useMemo(() => (plan ? narrow(plan, page.node.fields) : null), [plan, page.node.fields]);
  if (!form) return null;
  if (error || !isSeen) return <Alert type="info" showIcon title={t("tasks.notSeen")} />;
  if (!plan || !shown) return <Loading rows={6} />;
  const facts = answer ? (
    <section className="task-content">
      <h2>{t("tasks.content")}</h2>
      <Facts plan={shown} answer={answer} without={without} />
    </section>
  ) : null;
  const filling = open.length ? <Filling plan={plan} page={page} answer={answer} handle={handle} /> : null;
  // Where most may be written, the form says it all; what is worked out stands below it.
  return open.length * 2 > plan.fields.length ? (
    <>
      {filling}
      {facts}
    </>
  ) : (
    <>
      {facts}
      {filling}
    </>
  );
};
