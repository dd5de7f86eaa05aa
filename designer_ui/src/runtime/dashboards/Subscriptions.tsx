/** All that is sent to me at its times, of every dashboard and report. */

import { List } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSubscriptions } from "../../api/subscriptions";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { SubscriptionLine } from "./SubscriptionLine";

export const Subscriptions = () => {
  const { t } = useTranslation();
  const { data, error, refetch } = useSubscriptions(true);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={6} />;
  if (data.subscriptions.length === 0)
    return (
      <StateView
        picture="empty"
        title={t("subscribe.none")}
        action={<Link to="/dashboards">{t("subscribe.toBoards")}</Link>}
      >
        {t("subscribe.noneNext")}
      </StateView>
    );
  return (
    <List
      className="sub-list"
      dataSource={data.subscriptions}
      rowKey="id"
      renderItem={(one) => <SubscriptionLine one={one} />}
    />
  );
};
