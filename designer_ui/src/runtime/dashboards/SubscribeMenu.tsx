/** Have a report or dashboard sent to me at its times; pause, send now or cancel what I have. */

import MailOutlined from "@ant-design/icons/MailOutlined";
import { Button, Empty, List, Modal, Select, Space, TimePicker, Typography } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type SubscriptionAsk, useSubscribe, useSubscriptions } from "../../api/subscriptions";
import { useNotify } from "../../shared/useNotify";
import type { Board } from "./board";
import { FORMATS } from "./ExportMenu";
import { cronOf, EVERY, type Every, SubscriptionLine } from "./SubscriptionLine";

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
  const [robot, setRobot] = useState("");
  const robots = data?.robots ?? [];
  const chosen = robots.find((one) => one.key === robot);
  const add = (): void =>
    subscribe.mutate(
      {
        kind,
        key: of,
        cron: cronOf(every, time),
        format,
        filters: { ...board.filters },
        ...(robot ? { robot } : {}),
      },
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
        {robots.length > 0 ? (
          <Select
            aria-label={t("subscribe.to")}
            value={robot}
            onChange={setRobot}
            options={[
              { value: "", label: t("subscribe.me") },
              ...robots.map((one) => ({ value: one.key, label: one.name })),
            ]}
            style={{ minWidth: 140 }}
          />
        ) : null}
        {robot ? null : (
          <Select
            aria-label={t("subscribe.format")}
            value={format}
            onChange={setFormat}
            options={FORMATS.map((value) => ({ value, label: t(`subscribe.as_${value}`) }))}
            style={{ minWidth: 110 }}
          />
        )}
        <Button type="primary" loading={subscribe.isPending} onClick={add}>
          {t("subscribe.add")}
        </Button>
      </Space>
      {chosen ? (
        <Typography.Paragraph type="secondary" className="sub-robot">
          {t(chosen.is_ready ? "subscribe.robotTold" : "subscribe.robotNotReady")}
        </Typography.Paragraph>
      ) : null}
      <List
        loading={isPending}
        header={t("subscribe.mine")}
        dataSource={data?.subscriptions ?? []}
        rowKey="id"
        locale={{
          emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("subscribe.none")} />,
        }}
        renderItem={(one) => <SubscriptionLine one={one} />}
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
