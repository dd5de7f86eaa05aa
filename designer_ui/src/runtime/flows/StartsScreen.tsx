/** The result of a button pressed on many records, at an address of its own: notices lead here. */

import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useStartState } from "../../api/tasks";
import { useSay } from "../../shared/useLang";
import { StartProgress } from "./StartProgress";

export const StartsScreen = () => {
  const { job = "" } = useParams();
  const { t } = useTranslation();
  const say = useSay();
  const { data } = useStartState(job);
  return (
    <div className="page">
      <div className="head">
        <h1>{data ? t("flows.startMany", { name: say(data.name), count: data.total }) : t("flows.start")}</h1>
      </div>
      <StartProgress job={job} />
    </div>
  );
};
