/** The import wizard: file, columns, trial run, run, undo. */

import { Steps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useForm } from "../../api/forms";
import { useDryRun, useRunImport } from "../../api/imports";
import type { ImportSettings, ImportUpload } from "../../api/types";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { DryRunStep } from "./DryRunStep";
import { MapStep } from "./MapStep";
import { RunStep } from "./RunStep";
import { UploadStep } from "./UploadStep";

export const ImportScreen = () => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { form = "" } = useParams();
  const { data: plan, error, refetch } = useForm(form);
  const [step, setStep] = useState(0);
  const [file, setFile] = useState<File | null>(null);
  const [upload, setUpload] = useState<ImportUpload | null>(null);
  const [settings, setSettings] = useState<ImportSettings | null>(null);
  const dryRun = useDryRun();
  const run = useRunImport();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!plan) return <Loading rows={10} />;
  if (plan.verbs.import === false)
    return (
      <StateView picture="lock" title={t("import.mayNot")}>
        {t("state.forbiddenNext")}
      </StateView>
    );
  const name = say(plan.name);
  return (
    <div className="page page-import">
      <div className="head">
        <h1>{t("import.title", { name })}</h1>
        <Link to={`/forms/${form}`}>{t("import.backToList", { name })}</Link>
      </div>
      <Steps
        size="small"
        responsive={false}
        className="import-steps"
        current={step}
        items={["file", "columns", "trial", "run"].map((key) => ({ title: t(`import.step_${key}`) }))}
      />
      {step === 0 ? (
        <UploadStep
          form={form}
          onDone={(chosen, answer) => {
            setFile(chosen);
            setUpload(answer);
            setStep(1);
          }}
        />
      ) : null}
      {step === 1 && upload && file ? (
        <MapStep
          plan={plan}
          file={file}
          upload={upload}
          kept={settings}
          busy={dryRun.isPending}
          onUpload={(next) => {
            setUpload(next);
            setSettings(null);
          }}
          onBack={() => setStep(0)}
          onDone={(chosen) => {
            setSettings(chosen);
            dryRun.mutate(
              { importId: upload.id, settings: chosen },
              { onSuccess: () => setStep(2), onError: notify.failed },
            );
          }}
        />
      ) : null}
      {step === 2 && upload && settings ? (
        <DryRunStep
          plan={plan}
          importId={upload.id}
          busy={run.isPending}
          onBack={() => setStep(1)}
          onRun={() =>
            run.mutate(
              { importId: upload.id, settings },
              { onSuccess: () => setStep(3), onError: notify.failed },
            )
          }
        />
      ) : null}
      {step === 3 && upload ? (
        <RunStep form={form} name={name} importId={upload.id} onAgain={() => setStep(0)} />
      ) : null}
    </div>
  );
};
