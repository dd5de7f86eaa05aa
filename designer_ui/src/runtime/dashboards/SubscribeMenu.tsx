/** Have a report or dashboard sent to me at its times; pause, send now or cancel what I have. */

import MailOutlined from "@ant-design/icons/MailOutlined";
import {
  Button,
  Empty,
  List,
  Modal,
  Popconfirm,
  Select,
  Space,
  Switch,
  Tag,
  TimePicker,
  Typography,
} from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Subscription,
  type SubscriptionAsk,
  useChangeSubscription,
  useSendNow,
  useSubscribe,
  useSubscriptions,
  useUnsubscribe,
} from "../../api/subscriptions";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { Board } from "./board";
import { FORMATS } from "./ExportMenu";

const EVERY = ["day", "workday", "monday", "month"] as const;
type Every = (typeof EVERY)[number];
const DAYS: { readonly [every in Every]: string } = {
  day: "* * *",
  workday: "* * 1-5",
  monday: "* * 1",
  month: "1 * *",
};

const cronOf = (every: Every, time: string): string => {
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

const Line = ({ one }: { one: Subscription }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const times = useTimes();
  const change = useChangeSubscription();
  const cancel = useUnsubscribe();
  const send = useSendNow();
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
            send.mutate(one.id, { onSuccess: () => notify.done(t("subscribe.sent")), onError: notify.failed })
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
            {say(one.name)} <Tag>{t(`subscribe.as_${one.format}`)}</Tag>
          </>
        }
        description={
          one.problem ? say(one.problem.message) : `${times(one.cron)} · ${t(`subscribe.${one.way}`)}`
        }
      />
    </List.Item>
  );
};

const Subscribing = ({
  kind,
  of,
  board,
  onClose,
}: {
  kind: SubscriptionAsk["kind"];
  of: string;
  board: Board;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const { data, isPending } = useSubscriptions(true);
  const subscribe = useSubscribe();
  const [every, setEvery] = useState<Every>("monday");
  const [time, setTime] = useState("09:00");
  const [format, setFormat] = useState<(typeof FORMATS)[number]>("pdf");
  const add = (): void =>
    subscribe.mutate(
      { kind, key: of, cron: cronOf(every, time), format, filters: { ...board.filters } },
      { onSuccess: () => notify.done(t("subscribe.added")), onError: notify.failed },
    );
  return (
    <Modal open title={t("subscribe.title")} footer={null} onCancel={onClose} width={620}>
      <Typography.Paragraph type="secondary">{t("subscribe.told")}</Typography.Paragraph>
      <Space wrap>
        <Select
          aria-label={t("subscribe.every")}
          value={every}
          onChange={setEvery}
          options={EVERY.map((value) => ({ value, label: t(`subscribe.${value}`) }))}
          style={{ minWidth: 120 }}
        />
        <TimePicker
          aria-label={t("subscribe.time")}
          format="HH:mm"
          minuteStep={15}
          allowClear={false}
          value={dayjs(`2000-01-01T${time}`)}
          onChange={(value) => value && setTime(value.format("HH:mm"))}
        />
        <Select
          aria-label={t("subscribe.format")}
          value={format}
          onChange={setFormat}
          options={FORMATS.map((value) => ({ value, label: t(`subscribe.as_${value}`) }))}
          style={{ minWidth: 110 }}
        />
        <Button type="primary" loading={subscribe.isPending} onClick={add}>
          {t("subscribe.add")}
        </Button>
      </Space>
      <List
        loading={isPending}
        header={t("subscribe.mine")}
        dataSource={data?.subscriptions ?? []}
        rowKey="id"
        locale={{
          emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("subscribe.none")} />,
        }}
        renderItem={(one) => <Line one={one} />}
      />
    </Modal>
  );
};

export const SubscribeMenu = (given: { kind: SubscriptionAsk["kind"]; of: string; board: Board }) => {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        type="text"
        icon={<MailOutlined />}
        aria-label={t("subscribe.title")}
        title={t("subscribe.title")}
        onClick={() => setOpen(true)}
      />
      {isOpen ? <Subscribing {...given} onClose={() => setOpen(false)} /> : null}
    </>
  );
};
