/** The fields of a public form, in the order they are offered, and what is said when something is missing. */

import { Alert, Button, Checkbox } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { ApiError, wordsOf } from "../../api/client";
import { kindsOf } from "../../api/forms";
import { useSubmitPublic } from "../../api/public";
import type { FieldPlan, FormPlan, Problem, PublicForm } from "../../api/types";
import { DEFAULT_ZONE, localDay, optionsOf } from "../../shared/format";
import type { Json, Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { type FormState, formState, loadFormulas, missing } from "../../shared/rules";
import { Loading } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import { FieldSlot } from "../record/FieldSlot";
import { firstValues, problemsByField, toSave } from "../record/formModel";
import { jumpTo } from "../record/RecordForm";
import { Chips, MOST_CHIPS } from "./Chips";

/** A consent: must be ticked by the visitor, with its words beside it. */
const isTick = (field: FieldPlan): boolean => field.value_type === "boolean";

const isChips = (field: FieldPlan): boolean =>
  field.value_type === "choices" && optionsOf(field).length <= MOST_CHIPS;

const usePublicState = (plan: FormPlan, values: Values): FormState => {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void loadFormulas().then(setReady);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ready` changes what formState can answer
  return useMemo(() => {
    const now = new Date();
    const today = localDay(now, DEFAULT_ZONE);
    return formState({ plan, stored: null, now, today, zone: DEFAULT_ZONE, actor: {} }, values);
  }, [plan, values, ready]);
};

interface LineProps {
  form: string;
  field: FieldPlan;
  values: Values;
  state: FormState;
  problems: readonly Problem[] | undefined;
  onChange: (key: string, value: Json) => void;
}

const Problems = ({ problems }: { problems: readonly Problem[] | undefined }) => {
  const say = useSay();
  return problems?.map((problem) => (
    <div key={problem.code} className="slot-problem" role="alert">
      {say(problem.message)}
    </div>
  ));
};

const Tick = ({ field, values, problems, onChange }: LineProps) => {
  const say = useSay();
  return (
    <div className={problems?.length ? "slot slot-bad" : "slot"} id={`slot-${field.key}`}>
      <Checkbox
        className="public-tick"
        checked={values[field.key] === true}
        onChange={(event) => onChange(field.key, event.target.checked)}
      >
        {say(field.label)}
      </Checkbox>
      <Problems problems={problems} />
    </div>
  );
};

const Many = ({ form, field, values, state, problems, onChange }: LineProps) => {
  const say = useSay();
  const id = `f-${form}-${field.key}-label`;
  return (
    <div className={problems?.length ? "slot slot-bad" : "slot"} id={`slot-${field.key}`}>
      <div className="slot-label" id={id}>
        {say(field.label)}
        {state.fields[field.key]?.required ? (
          <span className="slot-star" aria-hidden="true">
            *
          </span>
        ) : null}
      </div>
      <Chips
        field={field}
        value={values[field.key] ?? null}
        labelledBy={id}
        onChange={(value) => onChange(field.key, value)}
      />
      <Problems problems={problems} />
    </div>
  );
};

const Line = (props: LineProps) => {
  const { form, field, values, state, problems, onChange } = props;
  if (isTick(field)) return <Tick {...props} />;
  if (isChips(field)) return <Many {...props} />;
  return (
    <FieldSlot
      form={form}
      recordId={null}
      field={field}
      value={values[field.key] ?? null}
      values={values}
      labels={{}}
      state={state.fields[field.key] ?? { visible: true, required: false, readOnly: false }}
      problems={problems}
      isMasked={false}
      columns={1}
      onChange={onChange}
    />
  );
};

const gapsOf = (plan: FormPlan, state: FormState): Problem[] => [
  ...missing(plan, state)
    .filter((field) => !isTick(field))
    .map((field) => ({
      code: "form.required",
      path: `/${field.key}`,
      message: isChips(field)
        ? { zh: "请至少选一项", en: "Please choose at least one" }
        : { zh: `请填写“${field.label.zh}”`, en: `Please fill in “${field.label.en ?? field.label.zh}”` },
    })),
  ...plan.fields
    .filter((field) => isTick(field) && field.required && state.values[field.key] !== true)
    .map((field) => ({
      code: "form.tick",
      path: `/${field.key}`,
      message: { zh: "请先阅读并勾选", en: "Please read this and tick it" },
    })),
];

/** The first gap in the order of the page, so that the eye goes down, never back. */
const firstOf = (answer: PublicForm, problems: readonly Problem[]): string | undefined =>
  answer.fields.find((key) => problems.some((problem) => problem.path.split("/").includes(key)));

export const Filling = ({
  answer,
  onDone,
  onClosed,
}: {
  answer: PublicForm;
  onDone: () => void;
  onClosed: () => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const { workspace = "", token = "" } = useParams();
  const { plan } = answer;
  const submit = useSubmitPublic(workspace, token);
  const [values, setValues] = useState<Values>(() => firstValues(plan, undefined));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const drawn = useKinds(kindsOf(plan.fields));
  const state = usePublicState(plan, values);
  if (!drawn) return <Loading rows={8} />;
  const set = (key: string, value: Json) => {
    setValues((old) => ({ ...old, [key]: value }));
    setProblems((old) => old.filter((problem) => !problem.path.split("/").includes(key)));
    setFailure(null);
  };
  const tell = (found: readonly Problem[]) => {
    setProblems(found);
    const first = firstOf(answer, found);
    if (first) jumpTo(first);
  };
  const refused = (error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return onClosed();
    if (error instanceof ApiError && error.status === 422 && firstOf(answer, error.problems))
      return tell(error.problems);
    setFailure(error);
  };
  const send = () => {
    setFailure(null);
    const found = [...gapsOf(plan, state), ...state.problems];
    if (found.length) return tell(found);
    const given = toSave(plan, values, null, (key) => state.fields[key]?.visible !== false);
    submit.mutate(given, { onSuccess: onDone, onError: refused });
  };
  const byField = problemsByField(plan, problems);
  return (
    <form
      className="public-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {answer.fields.map((key) => {
        const field = plan.fields.find((one) => one.key === key);
        return field && state.fields[key]?.visible !== false ? (
          <Line
            key={key}
            form={plan.key}
            field={field}
            values={state.values}
            state={state}
            problems={byField.get(key)}
            onChange={set}
          />
        ) : null;
      })}
      {failure ? <Alert type="warning" showIcon title={wordsOf(failure, lang)} role="alert" /> : null}
      <Button type="primary" size="large" block htmlType="submit" loading={submit.isPending}>
        {t("public.send")}
      </Button>
      <p className="public-gaps" aria-live="polite">
        {byField.size ? t("public.fix", { count: byField.size }) : ""}
      </p>
    </form>
  );
};
