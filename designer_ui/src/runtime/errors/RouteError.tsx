/** A screen that broke: say so, keep the rest, offer a fresh start. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { StateView } from "../../shared/States";

export const RouteError = () => {
  const { t } = useTranslation();
  const error = useRouteError();
  // A new version was published while this tab was open: its old files are gone.
  const isStale = error instanceof TypeError && /dynamically imported|module script/i.test(error.message);
  return (
    <div className="page">
      <StateView
        picture="broken"
        title={isStale ? t("state.stale") : t("state.crashed")}
        action={
          <Button type="primary" onClick={() => window.location.reload()}>
            {t("state.reload")}
          </Button>
        }
      >
        {isStale ? t("state.staleNext") : t("state.crashedNext")}
      </StateView>
    </div>
  );
};
