/** What the contact gate says of one person now: class by class, with what holds back and how much of a cap is used. */

import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { type ContactMay, type ContactPerson as Told, useContactPerson } from "../../api/contacts";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";

const Facts = ({ told }: { told: Told }) => {
  const { t } = useTranslation();
  const say = useSay();
  const stops = [
    ...(told.is_deceased ? [t("flows.cpDeceased")] : []),
    ...(told.is_closed ? [t("flows.cpClosed")] : []),
    ...(told.has_opted_out ? [t("flows.cpOptedOut")] : []),
    ...told.holds.map((hold) => say(hold.name)),
  ];
  return (
    <p className="contact-facts">
      {stops.map((one) => (
        <Tag key={one} color="red">
          {one}
        </Tag>
      ))}
      {stops.length ? null : <Tag>{t("flows.cpFree")}</Tag>}
      {told.is_quiet ? <Tag color="orange">{t("flows.cpQuietNow")}</Tag> : null}
      {told.channels.map((one) => (
        <Tag key={one.channel} color={one.is_reachable && one.has_consent ? "green" : "default"}>
          {t(`flows.channel_${one.channel}`)}
          {one.is_preferred ? `（${t("flows.cpPrefers")}）` : ""}{" "}
          {one.is_reachable
            ? t(one.has_consent ? "flows.cpConsent" : "flows.cpNoConsent")
            : t("flows.cpNoAddress")}
        </Tag>
      ))}
    </p>
  );
};

const May = ({ one, told }: { one: ContactMay; told: Told }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const used = told.caps.find((cap) => cap.kind === one.kind);
  const answer = {
    go: () => t("flows.cpGo", { channel: t(`flows.channel_${one.channel}`) }),
    later: () => t("flows.cpLater", { at: formatInstant(one.at ?? "", lang, zone) }),
    never: () => t("flows.cpNever"),
  }[one.answer]();
  return (
    <li className={`may-${one.answer}`}>
      <b>{t(`flows.class_${one.kind}`)}</b>
      <span>{answer}</span>
      {one.why ? <small>{say(one.why)}</small> : null}
      {used ? (
        <small>{t("flows.cpUsed", { used: used.used, most: used.most, days: used.days })}</small>
      ) : null}
    </li>
  );
};

const Lines = ({ told }: { told: Told }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  if (told.lines.length === 0) return <p className="hint">{t("flows.cpLinesNone")}</p>;
  return (
    <ul className="task-list" aria-label={t("flows.cpLines")}>
      {told.lines.map((one, index) => (
        <li key={`${one.at}-${index}`} className="task-row">
          <span className="task-main">
            <span className="task-title">{say(one.message ?? undefined) || "–"}</span>
            <span className="task-facts">
              <span>{t(`flows.class_${one.kind}`, { defaultValue: "" })}</span>
              <span>{t(`flows.channel_${one.channel}`, { defaultValue: "" })}</span>
              <time dateTime={one.at}>{formatInstant(one.at, lang, zone)}</time>
            </span>
          </span>
          <span className="hint">{t(`flows.line_${one.state}`, { defaultValue: "" })}</span>
        </li>
      ))}
    </ul>
  );
};

export const ContactPerson = ({ form, recordId }: { form: string; recordId: string }) => {
  const { data, error, isPending, refetch } = useContactPerson(form, recordId);
  if (isPending) return <Loading rows={4} />;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <Facts told={data} />
      <ul className="contact-may">
        {data.may.map((one) => (
          <May key={one.kind} one={one} told={data} />
        ))}
      </ul>
      <Lines told={data} />
    </>
  );
};
