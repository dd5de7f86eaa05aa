/** The form of a record: sections, live rules, problems with a jump list, sticky Save. */

import { Alert, Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, wordsOf } from "../../api/client";
import { kindsOf } from "../../api/forms";
import { useCreate, useUpdate } from "../../api/records";
import type { Clash, FormPlan, Labels, Problem, RecordAnswer } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { formatAgo } from "../../shared/format";
import type { Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { Loading } from "../../shared/States";
import { useShortcuts } from "../../shared/shortcuts";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { ConflictDialog } from "./ConflictDialog";
import { FormSections } from "./FormSections";
import { fieldAt, problemsByField } from "./formModel";
import { useRecordForm } from "./useRecordForm";

const NO_LABELS: Labels = {};

export interface RecordFormProps {
  plan: FormPlan;
  answer: RecordAnswer | null;
  preset?: Values;
  /** False on touch screens, whose keyboard would hide what is asked. */
  autoFocus?: boolean;
  onSaved: (answer: RecordAnswer, next: boolean) => void;
  onCancel?: () => void;
  onDirty?: (dirty: boolean) => void;
}

export const jumpTo = (key: string): void => {
  const slot = document.getElementById(`slot-${key}`);
  slot?.scrollIntoView({ block: "center", behavior: "smooth" });
  slot?.querySelector<HTMLElement>("input, textarea, [tabindex='0'], button")?.focus({ preventScroll: true });
};

const JumpList = ({ plan, problems }: { plan: FormPlan; problems: readonly Problem[] }) => {
  const { t } = useTranslation();
  const say = useSay();
  if (problems.length === 0) return null;
  return (
    <Alert
      type="error"
      showIcon
      className="jump"
      title={t("form.problems", { count: problems.length })}
      description={
        <ul>
          {problems.map((problem, index) => {
            const key = fieldAt(plan, problem);
            const field = key ? fieldOf(plan, key) : undefined;
            return (
              <li key={`${problem.code}-${index}`}>
                {field ? (
                  <button type="button" className="link" onClick={() => jumpTo(field.key)}>
                    {say(field.label)}
                  </button>
                ) : null}
                {field ? say({ zh: "：", en: ": " }) : null}
                {say(problem.message)}
              </li>
            );
          })}
        </ul>
      }
    />
  );
};

/** After the drawer has taken the focus for itself. */
const FOCUS_AFTER_MS = 120;
const MOST_LOOKS = 10;

/** Whoever asks for a new record wants to type; nobody is torn from a field that they are already in. */
const focusFirst = (form: HTMLElement | null): boolean => {
  const first = form?.querySelector(".slot-input");
  if (!form || !first || first.querySelector(".slot-wait")) return false;
  if (!form.contains(document.activeElement)) first.querySelector<HTMLElement>("input, textarea")?.focus();
  return true;
};

export const RecordForm = ({
  plan,
  answer,
  preset,
  autoFocus = false,
  onSaved,
  onCancel,
  onDirty,
}: RecordFormProps) => {
  const { t } = useTranslation();
  const lang = useLang();
  const notify = useNotify();
  const form = useRecordForm(plan, answer, preset);
  const create = useCreate(plan.key);
  const update = useUpdate(plan.key);
  const ready = useKinds(kindsOf(plan.fields));
  const [clashes, setClashes] = useState<{ clashes: readonly Clash[]; revision: number | undefined } | null>(
    null,
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!ready || !autoFocus) return;
    // The first field may still be loading its input; after a few looks one is left in peace.
    let looks = 0;
    const wait = setInterval(() => {
      looks += 1;
      if (focusFirst(box.current) || looks > MOST_LOOKS) clearInterval(wait);
    }, FOCUS_AFTER_MS);
    return () => clearInterval(wait);
  }, [ready, autoFocus]);
  const { dirty } = form;
  useEffect(() => onDirty?.(dirty), [dirty, onDirty]);
  useEffect(() => {
    if (!dirty) return;
    const guard = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", guard);
    return () => window.removeEventListener("beforeunload", guard);
  }, [dirty]);

  const failed = (error: unknown) => {
    if (error instanceof ApiError && error.status === 409 && error.clashes.length && answer) {
      setClashes({ clashes: error.clashes, revision: error.body.revision ?? answer.record.revision });
    } else if (error instanceof ApiError && error.problems.length) {
      form.setProblems(error.problems);
      box.current?.scrollTo?.({ top: 0 });
      const first = error.problems[0];
      const key = first ? fieldAt(plan, first) : null;
      if (key) requestAnimationFrame(() => jumpTo(key));
    } else notify.failed(error);
  };
  const done = (saved: RecordAnswer, next: boolean) => {
    form.saved(saved);
    notify.done(t(answer ? "form.saved" : "form.created", { name: saved.title || saved.record.no || "" }));
    if (next) form.restart();
    onSaved(saved, next);
  };
  const send = (values: Values, revision: number | undefined, next: boolean) => {
    if (answer)
      update.mutate(
        { recordId: answer.record.id, revision: revision ?? answer.record.revision, values },
        { onSuccess: (saved) => done(saved, next), onError: failed },
      );
    else create.mutate(values, { onSuccess: (saved) => done(saved, next), onError: failed });
  };
  const save = (next: boolean) => {
    const values = form.collect();
    if (values) send(values, undefined, next);
    else requestAnimationFrame(() => document.querySelector(".jump")?.scrollIntoView({ block: "nearest" }));
  };
  useShortcuts([{ keys: "mod+s", run: () => save(false) }]);
  const busy = create.isPending || update.isPending;
  if (!ready) return <Loading rows={10} />;
  return (
    <div className="form" ref={box}>
      {form.draftAt ? (
        <Alert
          type="info"
          className="draft"
          title={t("form.draft", { ago: formatAgo(new Date(form.draftAt).toISOString(), lang) })}
          action={
            <Button size="small" type="link" onClick={form.dropDraft}>
              {t("form.dropDraft")}
            </Button>
          }
        />
      ) : null}
      {form.state.locked ? <Alert type="warning" showIcon title={t("form.locked")} /> : null}
      <JumpList plan={plan} problems={form.problems} />
      <FormSections
        plan={plan}
        recordId={answer?.record.id ?? null}
        values={form.values}
        state={form.state}
        labels={answer?.labels ?? NO_LABELS}
        masked={answer?.masked ?? []}
        problems={problemsByField(plan, form.problems)}
        isNew={answer === null}
        check={form.check}
        onChange={form.set}
      />
      {answer?.can.edit === false ? null : (
        <div className="form-foot">
          <span className="hint">{dirty ? t("form.unsaved") : ""}</span>
          {onCancel ? (
            <Button onClick={onCancel} disabled={busy}>
              {t("common.cancel")}
            </Button>
          ) : answer && dirty ? (
            <Button onClick={form.dropDraft} disabled={busy}>
              {t("form.dropChanges")}
            </Button>
          ) : null}
          {answer ? null : (
            <Button onClick={() => save(true)} disabled={busy}>
              {t("form.saveNext")}
            </Button>
          )}
          <Button
            type="primary"
            loading={busy}
            disabled={answer !== null && !dirty}
            onClick={() => save(false)}
          >
            {t("common.save")}
          </Button>
        </div>
      )}
      {clashes ? (
        <ConflictDialog
          plan={plan}
          clashes={clashes.clashes}
          labels={answer?.labels ?? NO_LABELS}
          onCancel={() => setClashes(null)}
          onChoose={(chosen) => {
            setClashes(null);
            for (const [key, value] of Object.entries(chosen)) form.set(key, value);
            send({ ...form.collect(), ...chosen }, clashes.revision, false);
          }}
        />
      ) : null}
      {create.error && !(create.error instanceof ApiError) ? (
        <Alert type="error" title={wordsOf(create.error, lang)} />
      ) : null}
    </div>
  );
};
