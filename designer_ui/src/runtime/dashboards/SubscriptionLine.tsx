/** A subscription of mine in one line: what, how, when next and last; pause, send now, cancel. */

import { Button, List, Popconfirm, Switch, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import {
  type Subscription,
  useChangeSubscription,
  useSendNow,
  useUnsubscribe,
} from "../../api/subscriptions";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useMoment } from "./useMoment";

export const EVERY = ["day", "workday", "monday", "month"] as const;
export type Every = (typeof EVERY)[number];
const DAYS: { readonly [every in Every]: string } = {
  day: "* * *",
  workday: "* * 1-5",
  monday: "* * 1",
  month: "1 * *",
};

export const cronOf = (every: Every, time: string): string => {
  const [hour = "9", minute = "0"] = time.split(":");
  return `${Number(minute)} ${Number(hour)} ${DAYS[every]}`;
};

/** A subscription's times in words; those of others' making as they stand. */
const useTimes = () => {
  const { t } = useTranslation();
  return (cron: string): string => {
    const [minute = "", hour = "", ...days] = cron.split(" ");
    const every = EVERY.find((one) => DAYS[one] === days.join(" "));
    if (!every || !/^\d+$/.test(hour + minute)) return cron;
    return `${t(`subscribe.${every}`)} ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  };
};

export const SubscriptionLine = ({ one }: { one: Subscription }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const times = useTimes();
  const change = useChangeSubscription();
  const cancel = useUnsubscribe();
  const send = useSendNow();
  const moment = useMoment();
  const when = one.paused
    ? t("subscribe.paused")
    : one.next_at
      ? t("subscribe.nextAt", { at: moment(one.next_at) })
      : "";
  const last = one.last_sent_at
    ? t("subscribe.lastAt", { at: moment(one.last_sent_at) })
    : t("subscribe.notYet");
  return (
    <List.Item
      actions={[
        <Switch
          key="on"
          size="small"
          checked={!one.paused}
          aria-label={t("subscribe.on")}
          onChange={(on) =>
            change.mutate({ id: one.id, change: { paused: !on } }, { onError: notify.failed })
          }
        />,
        <Button
          key="send"
          size="small"
          type="link"
          loading={send.isPending}
          onClick={() =>
            send.mutate(one.id, {
              onSuccess: () => notify.done(t(one.robot ? "subscribe.robotSent" : "subscribe.sent")),
              onError: notify.failed,
            })
          }
        >
          {t("subscribe.now")}
        </Button>,
        <Popconfirm
          key="cancel"
          title={t("subscribe.cancelAsk")}
          onConfirm={() => cancel.mutate(one.id, { onError: notify.failed })}
        >
          <Button size="small" type="link" danger>
            {t("subscribe.cancel")}
          </Button>
        </Popconfirm>,
      ]}
    >
      <List.Item.Meta
        title={
          <>
            <Link to={`/${one.kind}/${encodeURIComponent(one.key)}`}>{say(one.name)}</Link>{" "}
            <Tag>{one.robot ?? t(`subscribe.as_${one.format}`)}</Tag>
          </>
        }
        description={
          <>
            {[times(one.cron), t(`subscribe.${one.way}`), when, last].filter(Boolean).join(" · ")}
            {one.problem ? (
              <div className="sub-problem">
                {say(one.problem.message)} {say(one.problem.hint)}
              </div>
            ) : null}
          </>
        }
      />
    </List.Item>
  );
};
