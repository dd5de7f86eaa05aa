/** A form that patients fill on their phone: no account, big targets, the clinic's name and colour. */

import { Button, Result } from "antd";
import { useContext, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { ApiError } from "../../api/client";
import { kindsOf } from "../../api/forms";
import { usePublicForm, useSubmitPublic } from "../../api/public";
import type { Problem, PublicForm } from "../../api/types";
import { DEFAULT_ZONE, localDay } from "../../shared/format";
import { type ControlHost, ControlHostProvider } from "../../shared/host";
import { changeLang } from "../../shared/i18n";
import type { Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { formState, loadFormulas, missing } from "../../shared/rules";
import { ErrorState, Loading } from "../../shared/States";
import { BrandContext } from "../../shared/themeChoice";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { FormSections } from "../record/FormSections";
import { firstValues, problemsByField, toSave } from "../record/formModel";
import { jumpTo } from "../record/RecordForm";

/** Out here there is no search, no upload and nothing to open. */
const usePublicHost = (): ControlHost => {
  const lang = useLang();
  const say = useSay();
  return useMemo(
    () => ({
      lang,
      zone: DEFAULT_ZONE,
      me: { id: "", name: "" },
      branches: [],
      say,
      searchOptions: async () => [],
      upload: async () => Promise.reject(new Error("public")),
      fileUrl: () => "",
      openRecord: () => undefined,
      createRecord: async () => null,
    }),
    [lang, say],
  );
};

const Filling = ({ answer, onDone }: { answer: PublicForm; onDone: (no: string | null) => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { workspace = "", token = "" } = useParams();
  const { plan } = answer;
  const submit = useSubmitPublic(workspace, token);
  const [values, setValues] = useState<Values>(() => firstValues(plan, undefined));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [ready, setReady] = useState(false);
  const drawn = useKinds(kindsOf(plan.fields));
  useEffect(() => {
    void loadFormulas().then(setReady);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ready` changes what formState can answer
  const state = useMemo(() => {
    const now = new Date();
    return formState(
      { plan, stored: null, now, today: localDay(now, DEFAULT_ZONE), zone: DEFAULT_ZONE, actor: {} },
      values,
    );
  }, [plan, values, ready]);
  if (!drawn) return <Loading rows={8} />;
  const send = () => {
    const gaps: Problem[] = missing(plan, state).map((field) => ({
      code: "form.required",
      path: `/${field.key}`,
      message: { zh: `请填写“${say(field.label)}”`, en: `Fill in “${say(field.label)}”` },
    }));
    const found = [...gaps, ...state.problems];
    setProblems(found);
    const first = found[0];
    if (first) return jumpTo(first.path.slice(1));
    submit.mutate(
      toSave(plan, values, null, (key) => state.fields[key]?.visible !== false),
      {
        onSuccess: (done) => onDone(done?.no ?? null),
        onError: (error) => {
          if (error instanceof ApiError && error.problems.length && error.status === 422)
            setProblems(error.problems);
          else notify.failed(error);
        },
      },
    );
  };
  return (
    <>
      <FormSections
        plan={plan}
        recordId={null}
        values={state.values}
        state={state}
        labels={{}}
        masked={[]}
        problems={problemsByField(plan, problems)}
        isNew
        onChange={(key, value) => setValues((old) => ({ ...old, [key]: value }))}
      />
      <Button type="primary" size="large" block loading={submit.isPending} onClick={send}>
        {t("public.send")}
      </Button>
    </>
  );
};

export const PublicScreen = () => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const host = usePublicHost();
  const { workspace = "", token = "" } = useParams();
  const setBrand = useContext(BrandContext);
  const { data, error, isPending, refetch } = usePublicForm(workspace, token);
  const [done, setDone] = useState<{ no: string | null } | null>(null);
  const brand = data?.workspace.brand?.color ?? null;
  useEffect(() => setBrand(brand), [brand, setBrand]);
  return (
    <ControlHostProvider value={host}>
      <div className="public">
        <header className="public-head">
          <span className="nav-mark" aria-hidden="true" />
          <b>{data ? say(data.workspace.name) : ""}</b>
          <button type="button" className="link" onClick={() => void changeLang(lang === "zh" ? "en" : "zh")}>
            {lang === "zh" ? "English" : "中文"}
          </button>
        </header>
        <main className="public-body">
          {isPending ? <Loading rows={8} /> : null}
          {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
          {done ? (
            <Result
              status="success"
              title={say(data?.thanks) || t("public.thanks")}
              subTitle={done.no ? t("public.number", { no: done.no }) : t("public.next")}
            />
          ) : null}
          {data && !done ? (
            <>
              <h1>{say(data.title) || say(data.plan.name)}</h1>
              {data.intro ? <p className="public-intro">{say(data.intro)}</p> : null}
              <Filling answer={data} onDone={(no) => setDone({ no })} />
            </>
          ) : null}
        </main>
      </div>
    </ControlHostProvider>
  );
};
