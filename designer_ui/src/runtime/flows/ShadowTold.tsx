/** Whom a flow would have contacted about past records, whom not and why, and how much work it would have made. */

import { Button, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ShadowMessage, ShadowRun } from "../../api/schema";
import { formatDay, formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText } from "../../shared/json";
import { StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useFrame } from "../shell/frame";

const PAGE = 30;

const Line = ({ one }: { one: ShadowMessage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const { lang, zone } = useControlHost();
  return (
    <li className="trial-line">
      <time dateTime={one.at}>{formatInstant(one.at, lang, zone)}</time>
      <Tag>{t(`flows.channel_${one.channel ?? ""}`, { defaultValue: "–" })}</Tag>
      <span className="trial-words">
        <button type="button" className="link" onClick={() => frame.openRecord(one.form, one.record_id)}>
          {asText(one.to.name) || one.title || t("tasks.record")}
        </button>
        {` · ${say(one.message_name)}`}
        {one.why ? <small className="hint"> {say(one.why)}</small> : null}
        {one.text ? <q>{one.text}</q> : null}
      </span>
    </li>
  );
};

const Lines = ({ title, lines }: { title: string; lines: readonly ShadowMessage[] }) => {
  const { t } = useTranslation();
  const [most, setMost] = useState(PAGE);
  if (lines.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ol className="trial-lines">
        {lines.slice(0, most).map((one, index) => (
          <Line key={`${one.record_id}-${one.message}-${one.at}-${index}`} one={one} />
        ))}
      </ol>
      {lines.length > most ? (
        <Button type="link" onClick={() => setMost(most + PAGE)}>
          {t("tasks.more")}
        </Button>
      ) : null}
    </section>
  );
};

const Work = ({ run }: { run: ShadowRun }) => {
  const { t } = useTranslation();
  const { lang } = useControlHost();
  if (run.tasks.length === 0) return null;
  const people = [...new Set(run.tasks.map((one) => one.person))].map((person) => {
    const days = run.tasks.filter((one) => one.person === person);
    const busiest = days.reduce((most, one) => (one.count > most.count ? one : most));
    return { person, busiest, count: days.reduce((sum, one) => sum + one.count, 0) };
  });
  return (
    <section>
      <h3>{t("flows.shTasks")}</h3>
      <ul className="task-list">
        {people
          .sort((a, b) => b.count - a.count)
          .map(({ person, busiest, count }) => (
            <li key={person} className="task-row">
              <span className="task-main">
                <span className="task-title">{busiest.name}</span>
                <span className="task-facts">
                  {t("flows.shBusiest", {
                    day: formatDay(busiest.day, lang, busiest.day),
                    count: busiest.count,
                  })}
                </span>
              </span>
              <span className="hint">{t("flows.handTasks", { count })}</span>
            </li>
          ))}
      </ul>
    </section>
  );
};

export const ShadowTold = ({ run }: { run: ShadowRun }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const reasons = new Map<string, number>();
  for (const one of run.held) {
    const why = say(one.why ?? undefined) || t(`flows.msg_${one.state}`);
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  const left = run.left_out.map((one) => `${say(one.words)} ${one.count}`);
  return (
    <div className="shadow-told">
      <p className="shadow-sum">
        <b>{t("flows.shPeople", { count: run.people })}</b>
        <span>{t("flows.shMessages", { count: run.contacts.length })}</span>
        <span>{t("flows.shHeld", { count: run.held.length })}</span>
        <span>{t("flows.shCases", { count: run.run })}</span>
        <small>
          {formatInstant(run.since, lang, zone)} – {formatInstant(run.until, lang, zone)}
        </small>
      </p>
      {run.is_whole ? null : <p className="hint">{t("flows.shCut", { run: run.run, cases: run.cases })}</p>}
      {left.length ? <p className="hint">{t("flows.shLeftOut", { why: left.join("、") })}</p> : null}
      {run.failed.length ? <p className="hint">{t("flows.shFailed", { count: run.failed.length })}</p> : null}
      {run.contacts.length + run.held.length + run.tasks.length === 0 ? (
        <StateView picture="empty" title={t("flows.shNone")}>
          {t("flows.shNoneNext")}
        </StateView>
      ) : null}
      <Lines title={t("flows.shWould")} lines={run.contacts} />
      <Lines
        title={t("flows.shWouldNot", {
          why: [...reasons].map(([why, count]) => `${why} ${count}`).join("、"),
        })}
        lines={run.held}
      />
      <Work run={run} />
    </div>
  );
};
