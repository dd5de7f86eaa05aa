/** A form that people fill on their phone: no account, big targets, the clinic's name and colour. */

import CheckCircleFilled from "@ant-design/icons/CheckCircleFilled";
import { Button } from "antd";
import { useContext, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { ApiError } from "../../api/client";
import { usePublicForm } from "../../api/public";
import type { PublicForm } from "../../api/types";
import { formatInstant } from "../../shared/format";
import { ControlHostProvider } from "../../shared/host";
import { changeLang } from "../../shared/i18n";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { BrandContext } from "../../shared/themeChoice";
import { useLang, useSay } from "../../shared/useLang";
import { Filling } from "./Filling";
import { usePublicHost } from "./usePublicHost";

const Closed = () => {
  const { t } = useTranslation();
  return (
    <StateView picture="lost" title={t("public.closed")}>
      {t("public.closedNext")}
    </StateView>
  );
};

const Done = ({ answer, onAgain }: { answer: PublicForm; onAgain: () => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <div className="public-done" role="status">
      <CheckCircleFilled aria-hidden />
      <h1>{say(answer.thanks) || t("public.thanks")}</h1>
      <p>{t("public.next")}</p>
      <Button type="link" onClick={onAgain}>
        {t("public.again")}
      </Button>
    </div>
  );
};

/** What the page is about, as its link was made for a message: when, who, where. */
const About = ({ facts }: { facts: PublicForm["about"] }) => {
  const say = useSay();
  const lang = useLang();
  if (!facts.length) return null;
  return (
    <dl className="public-about">
      {facts.map((fact) => (
        <div key={fact.key}>
          <dt>{say(fact.label)}</dt>
          <dd>{fact.at ? formatInstant(fact.at, lang) : fact.words ? say(fact.words) : fact.text}</dd>
        </div>
      ))}
    </dl>
  );
};

const Page = ({ answer, onClosed }: { answer: PublicForm; onClosed: () => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const [isDone, setDone] = useState(false);
  const title = say(answer.title);
  useEffect(() => {
    document.title = `${title} · ${say(answer.workspace.name)}`;
  }, [title, answer, say]);
  if (isDone) return <Done answer={answer} onAgain={() => setDone(false)} />;
  return (
    <>
      <h1>{title}</h1>
      {answer.closed ? (
        <p className="public-over" role="status">
          {say(answer.closed)}
        </p>
      ) : (
        <p className="public-intro">{say(answer.intro)}</p>
      )}
      <About facts={answer.about} />
      {answer.closed ? (
        <p className="public-intro">{t("public.overNext")}</p>
      ) : (
        <Filling answer={answer} onDone={() => setDone(true)} onClosed={onClosed} />
      )}
      <p className="public-foot">{t("public.privacy", { name: say(answer.workspace.name) })}</p>
    </>
  );
};

export const PublicScreen = () => {
  const lang = useLang();
  const say = useSay();
  const host = usePublicHost();
  const { workspace = "", token = "" } = useParams();
  const setBrand = useContext(BrandContext);
  const { data, error, isPending, refetch } = usePublicForm(workspace, token);
  const [isClosed, setClosed] = useState(false);
  const brand = data?.workspace.brand?.color ?? null;
  useEffect(() => setBrand(brand), [brand, setBrand]);
  const gone = isClosed || (error instanceof ApiError && error.status === 404);
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
          {gone ? <Closed /> : null}
          {error && !gone ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
          {data && !gone ? <Page answer={data} onClosed={() => setClosed(true)} /> : null}
        </main>
      </div>
    </ControlHostProvider>
  );
};
