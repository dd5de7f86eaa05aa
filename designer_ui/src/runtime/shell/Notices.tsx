/** The notifications drawer: newest first; opening one marks it read. */

import BellOutlined from "@ant-design/icons/BellOutlined";
import { Badge, Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useNotices, useReadNotices } from "../../api/session";
import { formatAgo, formatInstant } from "../../shared/format";
import { asText, isObject, type Json } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import { useFrame } from "./frame";

export const Notices = ({ zone }: { zone: string }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const wordsAt = (value: Json | undefined): string =>
    isObject(value) ? say({ zh: asText(value.zh), en: asText(value.en) }) : asText(value);
  const frame = useFrame();
  const go = useNavigate();
  const [open, setOpen] = useState(false);
  const { data = [], isPending, error, refetch } = useNotices();
  const read = useReadNotices();
  const unread = data.filter((notice) => !notice.read);
  return (
    <>
      <Badge count={unread.length} size="small" offset={[-6, 6]}>
        <Button
          type="text"
          icon={<BellOutlined />}
          aria-label={t("notices.title")}
          onClick={() => setOpen(true)}
        />
      </Badge>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        size={400}
        closable={{ placement: "end" }}
        title={t("notices.title")}
        extra={
          unread.length ? (
            <Button size="small" onClick={() => read.mutate(unread.map((notice) => notice.id))}>
              {t("notices.readAll")}
            </Button>
          ) : null
        }
      >
        {isPending ? <Loading /> : null}
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
        {!isPending && !error && data.length === 0 ? (
          <StateView picture="empty" title={t("notices.none")}>
            {t("notices.noneNext")}
          </StateView>
        ) : null}
        <ul className="notices">
          {data.map((notice) => (
            <li key={notice.id}>
              <button
                type="button"
                className={notice.read ? "notice" : "notice notice-new"}
                onClick={() => {
                  if (!notice.read) read.mutate([notice.id]);
                  const { instance, task, file, press, bulk, path } = notice.body;
                  if (isObject(file)) {
                    const link = document.createElement("a");
                    link.href = asText(file.path);
                    link.download = asText(file.name);
                    link.click();
                  } else if (path) {
                    setOpen(false);
                    go(asText(path));
                  } else if (press) {
                    setOpen(false);
                    go(`/starts/${asText(press)}`);
                  } else if (bulk) {
                    setOpen(false);
                    go(`/bulk-edits/${asText(bulk)}`);
                  } else if (instance) {
                    setOpen(false);
                    go(
                      task ? `/tasks/${asText(instance)}/${asText(task)}` : `/instances/${asText(instance)}`,
                    );
                  } else if (notice.form && notice.record_id) {
                    setOpen(false);
                    frame.openRecord(notice.form, notice.record_id);
                  }
                }}
              >
                <span className="notice-title">{wordsAt(notice.body.title) || t("notices.plain")}</span>
                {notice.body.text ? <span className="notice-detail">{wordsAt(notice.body.text)}</span> : null}
                <time className="notice-at" dateTime={notice.at} title={formatInstant(notice.at, lang, zone)}>
                  {formatAgo(notice.at, lang, zone)}
                </time>
              </button>
            </li>
          ))}
        </ul>
      </Drawer>
    </>
  );
};
