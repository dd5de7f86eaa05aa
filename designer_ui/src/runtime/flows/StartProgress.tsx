/** A button pressed on many records: how far it is, and which records were left out and why. */

import { useTranslation } from "react-i18next";
import { useStartState } from "../../api/tasks";
import { leftOut, ManyProgress } from "../../shared/ManyProgress";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";

export const StartProgress = ({ job }: { job: string }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { data, error, refetch, isOver } = useStartState(job);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={3} />;
  const { done, total, started } = data;
  const left = leftOut(data);
  return (
    <ManyProgress
      of={data}
      isOver={isOver}
      label={say(data.name)}
      status={
        t("flows.startedOf", { done, total, started }) + (left ? t("flows.leftOut", { count: left }) : "")
      }
      goesOn={t("flows.startGoesOn")}
      broke={t("flows.startBroke")}
      countOf={(count) => t("flows.countOf", { count })}
    />
  );
};
