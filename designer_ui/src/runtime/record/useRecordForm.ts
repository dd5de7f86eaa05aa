/** The state of one form on screen: values, live rules, problems, draft. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { checkValues } from "../../api/records";
import type { FieldPlan, FormPlan, Problem, RecordAnswer } from "../../api/types";
import { localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { Json, Values } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { type FormState, formState, hasFormulas, loadFormulas, missing } from "../../shared/rules";
import { useActor } from "../list/useColors";
import { dropDraft, keepDraft, readDraft } from "./drafts";
import { changedFields, fieldAt, firstValues, isDirty, storedValues, toSave } from "./formModel";

const DRAFT_WAIT_MS = 600;
const CHECK_WAIT_MS = 500;

export interface RecordFormState {
  values: Values;
  state: FormState;
  problems: readonly Problem[];
  dirty: boolean;
  draftAt: number | null;
  set: (key: string, value: Json) => void;
  setProblems: (problems: readonly Problem[]) => void;
  /** What to send, or null when something required is missing; the gaps are then among the problems. */
  collect: () => Values | null;
  /** True when nothing is missing or wrong in these fields; what is, is among the problems. */
  check: (keys: readonly string[]) => boolean;
  /** Starts again from what the server answered. */
  saved: (answer: RecordAnswer) => void;
  dropDraft: () => void;
  restart: () => void;
}

export const useRecordForm = (
  plan: FormPlan,
  answer: RecordAnswer | null,
  preset: Values | undefined,
): RecordFormState => {
  const host = useControlHost();
  const actor = useActor();
  const actorKey = JSON.stringify(actor);
  const recordId = answer?.record.id ?? null;
  const base = useMemo(
    () => (answer ? storedValues(plan, answer.record) : firstValues(plan, preset)),
    [plan, answer, preset],
  );
  const [first] = useState(() => readDraft(host.me.id, plan.key, recordId));
  const [values, setValues] = useState<Values>(() => (first ? { ...base, ...first.values } : base));
  const [draftAt, setDraftAt] = useState(first?.at ?? null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [ready, setReady] = useState(hasFormulas());
  const [computed, setComputed] = useState<Values>({});
  useEffect(() => {
    if (!ready) void loadFormulas().then(setReady);
  }, [ready]);

  // The record changed underneath: show the new values, and keep what was typed.
  const lastBase = useRef(base);
  useEffect(() => {
    const before = lastBase.current;
    lastBase.current = base;
    if (before !== base) setValues((old) => ({ ...base, ...changedFields(old, before) }));
  }, [base]);

  const dirty = isDirty(values, base);
  useEffect(() => {
    if (!dirty) return;
    const wait = setTimeout(
      () =>
        keepDraft(
          host.me.id,
          plan.key,
          recordId,
          answer?.record.revision ?? null,
          changedFields(values, base),
        ),
      DRAFT_WAIT_MS,
    );
    return () => clearTimeout(wait);
  }, [dirty, values, base, host.me.id, plan.key, recordId, answer]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `ready` changes what formState can answer
  const state = useMemo(() => {
    const now = clinicNow();
    return formState(
      {
        plan,
        stored: answer ? storedValues(plan, answer.record) : null,
        isReadOnly: answer?.can.edit === false,
        now,
        today: localDay(now, host.zone),
        zone: host.zone,
        actor: JSON.parse(actorKey),
      },
      { ...values, ...computed },
    );
  }, [plan, answer, values, computed, host.zone, actorKey, ready]);

  const { needsServer } = state;
  useEffect(() => {
    if (!needsServer || !dirty) return;
    const stop = new AbortController();
    const wait = setTimeout(() => {
      checkValues(
        plan.key,
        toSave(plan, values, answer?.record ?? null, () => true),
        recordId,
        stop.signal,
      )
        .then((checked) => setComputed(checked.computed))
        .catch(() => undefined);
    }, CHECK_WAIT_MS);
    return () => {
      clearTimeout(wait);
      stop.abort();
    };
  }, [needsServer, dirty, plan, values, answer, recordId]);

  const set = useCallback((key: string, value: Json) => {
    setValues((old) => ({ ...old, [key]: value }));
    setProblems((old) => old.filter((problem) => !problem.path.split("/").includes(key)));
  }, []);
  const gaps = (): Problem[] => {
    // A default that only the server can work out may still be on its way: whether it fills the gap is told on saving.
    const awaited = (field: FieldPlan) =>
      answer === null && field.default_formula !== undefined && values[field.key] === undefined;
    const lacking = missing(plan, state).filter((field) => !awaited(field));
    return lacking.map((field) => ({
      code: "form.required",
      path: `/${field.key}`,
      message: {
        zh: `请填写“${field.label.zh ?? field.key}”`,
        en: `Fill in “${field.label.en ?? field.key}”`,
      },
    }));
  };
  const check = (keys: readonly string[]): boolean => {
    const at = (problem: Problem) => fieldAt(plan, problem) ?? "";
    const found = [...gaps(), ...state.problems].filter((problem) => keys.includes(at(problem)));
    setProblems((old) => [...old.filter((problem) => !keys.includes(at(problem))), ...found]);
    return found.length === 0;
  };
  const collect = (): Values | null => {
    const found = [...gaps(), ...state.problems];
    setProblems(found);
    return found.length
      ? null
      : toSave(plan, values, answer?.record ?? null, (key) => state.fields[key]?.visible !== false);
  };
  const drop = useCallback(() => {
    dropDraft(host.me.id, plan.key, recordId);
    setDraftAt(null);
  }, [host.me.id, plan.key, recordId]);
  return {
    values: state.values,
    state,
    problems,
    dirty,
    draftAt,
    set,
    setProblems,
    collect,
    check,
    saved: (made) => {
      drop();
      if (answer) setValues(storedValues(plan, made.record));
    },
    dropDraft: () => {
      drop();
      setValues(base);
      setProblems([]);
    },
    restart: () => {
      drop();
      setValues(firstValues(plan, preset));
      setProblems([]);
    },
  };
};
