/** The run itself: progress, result, undo of the whole. */

import { App, Button, Progress, Result } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { errorSheetUrl, useImport, useResumeImport, useUndoImport } from "../../api/imports";
import { ErrorState } from "../../shared/States";
import { useNotify } from "../../shared/useNotify";
import { Counts, percentOf } from "./DryRunStep";

export const RunStep = ({
  form,
  name,
  importId,
  onAgain,
}: {
  form: string;
  name: string;
  importId: string;
  onAgain: () => void;
}) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const { modal } = App.useApp();
  const { data, error, refetch } = useImport(importId, true);
  const undo = useUndoImport();
  const resume = useResumeImport();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data || data.state === "running" || data.state === "checked" || data.state === "checking")
    return (
      <div className="import-box">
        <p>{t("import.running")}</p>
        <Progress percent={percentOf(data)} />
        <p className="hint">{t("import.mayLeave")}</p>
      </div>
    );
  if (data.state === "undone")
    return (
      <Result
        status="info"
        title={t("import.undone")}
        extra={<Button onClick={onAgain}>{t("import.again")}</Button>}
      />
    );
  const failed = data.state === "failed";
  return (
    <div className="import-box">
      <Result
        status={failed ? "error" : "success"}
        title={
          failed ? t("import.stopped", { done: data.done, total: data.total }) : t("import.done", { name })
        }
        subTitle={failed ? t("import.stoppedNext") : undefined}
      />
      <Counts counts={data.counts} />
      <div className="import-foot">
        {(data.counts.rejected ?? 0) > 0 ? (
          <a href={errorSheetUrl(importId)} download>
            {t("import.errorSheet")}
          </a>
        ) : null}
        {data.can_undo ? (
          <Button
            danger
            loading={undo.isPending}
            onClick={() =>
              modal.confirm({
                title: t("import.undoAsk"),
                content: t("import.undoText"),
                okText: t("import.undo"),
                cancelText: t("common.cancel"),
                onOk: () =>
                  undo.mutateAsync(importId).then(
                    () => refetch(),
                    (failure: unknown) => notify.failed(failure),
                  ),
              })
            }
          >
            {t("import.undo")}
          </Button>
        ) : null}
        {data.can_resume ? (
          <Button
            type="primary"
            loading={resume.isPending}
            onClick={() =>
              resume.mutate(importId, { onSuccess: () => void refetch(), onError: notify.failed })
            }
          >
            {t("import.resume")}
          </Button>
        ) : null}
        <Button onClick={onAgain}>{t("import.again")}</Button>
        <Link to={`/forms/${form}`}>
          <Button type={data.can_resume ? "default" : "primary"}>{t("import.see", { name })}</Button>
        </Link>
      </div>
    </div>
  );
};
