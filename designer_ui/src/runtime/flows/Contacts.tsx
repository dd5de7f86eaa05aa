/** Who may be told what: the rules of the house, what the gate says of one person, and what it held back. */

import { Button, Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ContactPolicy, type HeldMessage, useContactPolicy, useHeldBack } from "../../api/contacts";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useFrame } from "../shell/frame";
import { ContactPerson } from "./ContactPerson";
import { RecordSelect } from "./RecordSelect";

const PAGE = 50;

const Rules = ({ policy }: { policy: ContactPolicy }) => {
  const { t } = useTranslation();
  const say = useSay();
  const kinds = (all: readonly string[]) => all.map((kind) => t(`flows.class_${kind}`)).join("、");
  return (
    <aside>
      <section>
        <h2>{t("flows.cpRules")}</h2>
        <dl>
          <div>
            <dt>{t("flows.cpQuiet")}</dt>
            <dd>
              {t("flows.cpQuietText", {
                from: policy.quiet_from,
                to: policy.quiet_to,
                spread: policy.spread_minutes,
              })}
            </dd>
          </div>
          {policy.caps.map((cap) => (
            <div key={cap.kind}>
              <dt>{t("flows.cpCap", { kind: t(`flows.class_${cap.kind}`) })}</dt>
              <dd>{t("flows.cpCapText", { most: cap.most, days: cap.days, keep: policy.keep_days })}</dd>
            </div>
          ))}
          <div>
            <dt>{t("flows.cpApart")}</dt>
            <dd>{t("flows.cpApartText", { hours: policy.apart_hours })}</dd>
          </div>
          <div>
            <dt>{t("flows.cpSafety")}</dt>
            <dd>{t("flows.cpSafetyText")}</dd>
          </div>
          {policy.journeys.map((one) => (
            <div key={one.flow}>
              <dt>{t("flows.cpJourney", { name: say(one.name) })}</dt>
              <dd>{t("flows.cpJourneyText", { most: one.most, days: one.days })}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h2>{t("flows.cpHolds")}</h2>
        <dl>
          {policy.holds.map((hold) => (
            <div key={hold.key}>
              <dt>{say(hold.name)}</dt>
              <dd>{t("flows.cpHoldText", { kinds: kinds(hold.stops) })}</dd>
            </div>
          ))}
        </dl>
      </section>
    </aside>
  );
};

const Line = ({ one }: { one: HeldMessage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const { lang, zone } = useControlHost();
  const form = one.form;
  return (
    <li className="task-row">
      <span className="task-main">
        <span className="task-title">
          {form ? (
            <button type="button" className="link" onClick={() => frame.openRecord(form, one.record_id)}>
              {one.name || t("tasks.record")}
            </button>
          ) : (
            one.name
          )}
          {` · ${say(one.message ?? undefined)}`}
        </span>
        <span className="task-facts">
          <span className="task-step">{say(one.why)}</span>
          <span>{t(`flows.class_${one.kind}`, { defaultValue: "" })}</span>
          <time dateTime={one.at}>{formatInstant(one.at, lang, zone)}</time>
        </span>
      </span>
      <span className="hint">
        {one.state === "waiting" && one.due_at
          ? t("flows.cpWaiting", { at: formatInstant(one.due_at, lang, zone) })
          : t("flows.cpDropped")}
      </span>
    </li>
  );
};

const Held = () => {
  const { t } = useTranslation();
  const say = useSay();
  const [reason, setReason] = useState("");
  const [limit, setLimit] = useState(PAGE);
  const { data, error, isPending, isFetching, refetch } = useHeldBack({ reason, limit });
  const choose = (next: string) => {
    setReason(next);
    setLimit(PAGE);
  };
  if (isPending) return <Loading rows={6} />;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <section>
      <h2>{t("flows.cpHeld", { days: data.days })}</h2>
      {data.reasons.length ? (
        <div className="contact-reasons">
          {[{ reason: "", words: null, dropped: 0, waiting: 0 }, ...data.reasons].map((one) => (
            <Tag.CheckableTag
              key={one.reason}
              checked={reason === one.reason}
              onChange={() => choose(one.reason)}
            >
              {one.words ? `${say(one.words)} ${one.dropped + one.waiting}` : t("flows.cpAll")}
            </Tag.CheckableTag>
          ))}
        </div>
      ) : (
        <StateView picture="empty" title={t("flows.cpHeldNone")}>
          {t("flows.cpHeldNoneNext")}
        </StateView>
      )}
      {data.held.length ? (
        <ul className="task-list">
          {data.held.map((one) => (
            <Line key={one.key} one={one} />
          ))}
        </ul>
      ) : null}
      {data.more ? (
        <Button type="link" loading={isFetching} onClick={() => setLimit(limit + PAGE)}>
          {t("tasks.more")}
        </Button>
      ) : null}
    </section>
  );
};

export const Contacts = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { data, error, isPending, refetch } = useContactPolicy();
  const [form, setForm] = useState<string | null>(null);
  const [person, setPerson] = useState<string | null>(null);
  if (isPending) return <Loading rows={8} />;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const at = form ?? data.forms[0]?.form ?? "";
  return (
    <div className="contacts">
      <Rules policy={data} />
      <div>
        <section>
          <h2>{t("flows.cpPerson")}</h2>
          <div className="contact-pick">
            <Segmented
              value={at}
              onChange={(next) => {
                setForm(next);
                setPerson(null);
              }}
              options={data.forms.map((one) => ({ value: one.form, label: say(one.name) }))}
            />
            <RecordSelect
              key={at}
              form={at}
              label={t("flows.cpPerson")}
              value={person}
              onChange={setPerson}
            />
          </div>
          {person ? (
            <ContactPerson form={at} recordId={person} />
          ) : (
            <p className="hint">{t("flows.cpPersonHint")}</p>
          )}
        </section>
        <Held />
      </div>
    </div>
  );
};
