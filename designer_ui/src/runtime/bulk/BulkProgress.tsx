/** A change of many records: how far it is, which stayed as they were and why, and taking all of it back. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useBulkState } from "../../api/bulk";
import { useUndoBatch } from "../../api/records";
import { leftOut, ManyProgress } from "../../shared/ManyProgress";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";

export const BulkProgress = ({ job }: { job: string }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const undo = useUndoBatch();
  const { data, error, refetch, isOver } = useBulkState(job);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={3} />;
  const { done, total, updated } = data;
  const left = leftOut(data);
  const takeBack = () =>
    undo.mutateAsync(data.batch).then(
      () => notify.done(t("bulkEdits.undone", { count: updated })),
      (failure: unknown) => notify.failed(failure),
    );
  return (
    <ManyProgress
      of={data}
      isOver={isOver}
      label={t("bulkEdits.title", { name: say(data.name) })}
      status={
        t("bulkEdits.progress", { done, total, updated }) +
        (left ? t("bulkEdits.leftOut", { count: left }) : "")
      }
      goesOn={t("bulkEdits.goesOn")}
      broke={t("bulkEdits.broke")}
      countOf={(count) => t("bulkEdits.count", { count })}
    >
      {isOver && updated && !undo.isSuccess ? (
        <Button loading={undo.isPending} onClick={() => void takeBack()}>
          {t("bulkEdits.undo")}
        </Button>
      ) : null}
    </ManyProgress>
  );
};
