/** What is off and known: by whom and until when, or the way to say so; nobody is reminded of it meanwhile. */

import { Button, Input, Popover, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type AlertGroup, useForgetAlert, useKnowAlert } from "../../api/alerts";
import { useKnownMe } from "../../api/session";
import { addDays, formatDay, instantOf, localDay } from "../../shared/format";
import { clinicNow } from "../../shared/now";
import { useLang } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useMoment, useZone } from "./useMoment";

const MOST_LETTERS = 200;
/** How many days ahead one may say to know of it; 0: until it is well again. */
const DAYS = [0, 1, 7, 30] as const;

const KnowPanel = ({ rule, group, onDone }: { rule: string; group: string; onDone: () => void }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const zone = useZone();
  const notify = useNotify();
  const know = useKnowAlert();
  const [days, setDays] = useState<number>(0);
  const [note, setNote] = useState("");
  const today = localDay(clinicNow(), zone);
  const send = async (): Promise<void> => {
    const until = days === 0 ? null : instantOf(addDays(today, days), "23:59:59", zone);
    try {
      await know.mutateAsync({ rule, group, until, note: note.trim() });
      notify.done(t("alerts.knownDone"));
      onDone();
    } catch (error) {
      notify.failed(error);
    }
  };
  return (
    <div className="alert-know">
      <b id="alert-know-until">{t("alerts.knowUntil")}</b>
      <Radio.Group
        aria-labelledby="alert-know-until"
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
        options={DAYS.map((one) => ({
          value: one,
          label:
            one === 0
              ? t("alerts.untilWell")
              : t("alerts.untilDay", { day: formatDay(addDays(today, one), lang, today) }),
        }))}
      />
      <Input.TextArea
        value={note}
        maxLength={MOST_LETTERS}
        autoSize={{ minRows: 2, maxRows: 4 }}
        placeholder={t("alerts.knowNote")}
        aria-label={t("alerts.knowNote")}
        onChange={(event) => setNote(event.target.value)}
      />
      <Button type="primary" size="small" loading={know.isPending} onClick={() => void send()}>
        {t("alerts.know")}
      </Button>
    </div>
  );
};

export const Known = ({ rule, group }: { rule: string; group: AlertGroup }) => {
  const { t } = useTranslation();
  const moment = useMoment();
  const notify = useNotify();
  const me = useKnownMe().data;
  const [isOpen, setOpen] = useState(false);
  const forget = useForgetAlert();
  const { known } = group;
  if (!known)
    return (
      <Popover
        open={isOpen}
        onOpenChange={setOpen}
        trigger="click"
        placement="bottomLeft"
        destroyOnHidden
        content={<KnowPanel rule={rule} group={group.key} onDone={() => setOpen(false)} />}
      >
        <Button size="small">{t("alerts.know")}</Button>
      </Popover>
    );
  return (
    <span className="alert-known">
      <span>
        {known.by === me?.user.id ? t("alerts.knownByMe") : t("alerts.knownBy", { name: known.by_name })}
        {" · "}
        {known.until ? t("alerts.untilDay", { day: moment(known.until) }) : t("alerts.untilWell")}
        {known.note ? ` · ${known.note}` : ""}
      </span>
      <Button
        size="small"
        type="link"
        loading={forget.isPending}
        onClick={() => forget.mutate({ rule, group: group.key }, { onError: notify.failed })}
      >
        {t("alerts.forget")}
      </Button>
    </span>
  );
};
