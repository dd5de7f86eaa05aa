/** Every message as it left, or would have left, word for word. */

import { Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOutbox } from "../../api/tasks";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, type JsonObject } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import type { Words } from "../../shared/words";
import { useFrame } from "../shell/frame";
import { More } from "../tasks/More";

const COLOR: Readonly<Record<string, string>> = {
  sent: "green",
  failed: "red",
  unknown: "orange",
  outbox: "blue",
  waiting: "processing",
};

/** A time that the contact gate held a message back. */
interface Held {
  at: string;
  until: string;
  why: Words;
}

const heldOf = (one: JsonObject): readonly Held[] => (one.held ?? []) as unknown as Held[];

export const Outbox = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const frame = useFrame();
  const [state, setState] = useState("");
  const pages = useOutbox({ state });
  const { data, error, isPending, refetch } = pages;
  const counts = data?.counts ?? {};
  const states = Object.keys(counts);
  return (
    <>
      <div className="task-tools">
        <Segmented
          size="small"
          value={state}
          onChange={setState}
          options={[
            { value: "", label: t("flows.all") },
            ...states.map((value) => ({ value, label: `${t(`flows.msg_${value}`)} ${counts[value]}` })),
          ]}
        />
        <span className="hint">{t("flows.outboxHint")}</span>
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={8} /> : null}
      {data && data.messages.length === 0 ? (
        <StateView picture="empty" title={t("flows.outboxNone")}>
          {t("flows.outboxNoneNext")}
        </StateView>
      ) : null}
      <ul className="outbox">
        {(data?.messages ?? []).map((one) => (
          <li key={asText(one.key)}>
            <b>{t(`flows.channel_${asText(one.channel)}`, { defaultValue: asText(one.channel) })}</b>
            <span className="outbox-who">
              <span>{asText(one.to_name) || "–"}</span>
              <span>{asText(one.address)}</span>
              <time>{formatInstant(asText(one.sent_at) || asText(one.planned_at), lang, zone)}</time>
              {one.due_at && one.state === "waiting" ? (
                <span>{t("flows.until", { at: formatInstant(asText(one.due_at), lang, zone) })}</span>
              ) : null}
              {one.reason && !(one.state === "waiting" && heldOf(one).length > 0) ? (
                <span>{say(one.why as Words)}</span>
              ) : null}
              {one.form && one.record_id ? (
                <button
                  type="button"
                  className="link"
                  onClick={() => frame.openRecord(asText(one.form), asText(one.record_id))}
                >
                  {t("tasks.record")}
                </button>
              ) : null}
            </span>
            <Tag color={COLOR[asText(one.state)] ?? "default"}>{t(`flows.msg_${asText(one.state)}`)}</Tag>
            {heldOf(one).map((held) => (
              <p key={held.at} className="outbox-held">
                {t("flows.held", {
                  at: formatInstant(held.at, lang, zone),
                  until: formatInstant(held.until, lang, zone),
                  why: say(held.why),
                })}
              </p>
            ))}
            {one.subject || one.text ? (
              <p className="outbox-text">
                {one.subject ? <b>{asText(one.subject)} </b> : null}
                {asText(one.text)}
              </p>
            ) : null}
          </li>
        ))}
      </ul>
      <More pages={pages} />
    </>
  );
};
