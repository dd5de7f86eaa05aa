/** An address that leads nowhere. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { StateView } from "../../shared/States";

export const NotFound = () => {
  const { t } = useTranslation();
  return (
    <div className="page">
      <StateView
        picture="lost"
        title={t("notFound.title")}
        action={
          <Link to="/">
            <Button type="primary">{t("notFound.home")}</Button>
          </Link>
        }
      >
        {t("notFound.text")}
      </StateView>
    </div>
  );
};
