/** What came of a change of many records, at an address of its own: notices lead here. */

import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useBulkState } from "../../api/bulk";
import { useSay } from "../../shared/useLang";
import { BulkProgress } from "./BulkProgress";

export const BulkScreen = () => {
  const { job = "" } = useParams();
  const { t } = useTranslation();
  const say = useSay();
  const { data } = useBulkState(job);
  return (
    <div className="page">
      <div className="head">
        <h1>{t("bulkEdits.title", { name: data ? say(data.name) : "" })}</h1>
      </div>
      <BulkProgress job={job} />
    </div>
  );
};
