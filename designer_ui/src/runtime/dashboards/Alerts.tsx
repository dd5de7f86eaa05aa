/** Rules with what is off now and who knows of it, one to be tried at a time; beside it what they told in the last month, and to whom. */

import { Button, Alert as Notice, Tag, Tooltip } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ALERT_RULES, type AlertLine, type AlertSaid, type AlertTold, useTryAlert } from "../../api/alerts";
import { formatAgo } from "../../shared/format";
import { StateView } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useFrame } from "../shell/frame";
import { Known } from "./Known";
import { useMoment, useZone } from "./useMoment";

/** A moment as long ago or ahead, in full on hover. */
const Ago = ({ at }: { at: string }) => {
  const lang = useLang();
  const zone = useZone();
  const moment = useMoment();
  return <time title={moment(at)}>{formatAgo(at, lang, zone)}</time>;
};

const People = ({ names }: { names: readonly string[] }) => {
  const { t } = useTranslation();
  const few = names.slice(0, 3).join("、");
  if (names.length <= 3) return <span>{t("alerts.toPeople", { names: few })}</span>;
  return (
    <Tooltip title={names.join("、")}>
      <span>{t("alerts.toMany", { names: few, count: names.length })}</span>
    </Tooltip>
  );
};

const Found = ({ found }: { found: AlertTold }) => {
  const { t } = useTranslation();
  const say = useSay();
  if (found.problem)
    return <Notice type="warning" title={say(found.problem.message)} description={say(found.problem.hint)} />;
  const few = found.too_few ? t("alerts.tooFew", { count: found.too_few }) : "";
  if (found.lines.length === 0)
    return (
      <Notice
        type="success"
        title={t(found.looked_at > found.too_few ? "alerts.wellNow" : "alerts.nothingToSay")}
        {...(few ? { description: few } : {})}
      />
    );
  return (
    <Notice
      type="warning"
      title={t("alerts.wouldTell")}
      description={
        <ul>
          {found.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
          {few ? <li>{few}</li> : null}
        </ul>
      }
    />
  );
};

/** Where the number stands that a rule watches. */
const linkOf = ({ link }: AlertLine): string | null =>
  link ? `/${link.kind}/${encodeURIComponent(link.key)}` : null;

const Rule = ({ one, isAsked }: { one: AlertLine; isAsked: boolean }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const frame = useFrame();
  const attempt = useTryAlert();
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!isAsked) return;
    line.current?.scrollIntoView({ block: "center" });
    line.current?.focus({ preventScroll: true });
  }, [isAsked]);
  const number = linkOf(one);
  const state = one.problem ? "problem" : one.open.length ? "open" : one.checked_at ? "well" : "waiting";
  const colors = { problem: "default", open: "red", well: "green", waiting: "default" };
  return (
    <li
      ref={line}
      className={isAsked ? "alert-rule is-asked" : "alert-rule"}
      aria-label={say(one.name)}
      tabIndex={isAsked ? -1 : undefined}
    >
      <div className="alert-head">
        <Tag color={colors[state]}>{t(`alerts.is_${state}`, { count: one.open.length })}</Tag>
        <span className="alert-words">
          <b>{say(one.name)}</b>
          <span className="alert-facts">{say(one.condition)}</span>
          <span className="alert-facts">
            {one.checked_at ? (
              <span>
                {t("alerts.checked")} <Ago at={one.checked_at} />
              </span>
            ) : null}
            <span>
              {t("alerts.next")} <Ago at={one.next_at} />
            </span>
            {one.people.length ? <People names={one.people} /> : null}
            {one.tells_me ? null : <span>{t("alerts.notMe")}</span>}
          </span>
        </span>
        <span className="alert-acts">
          {number ? (
            <Link className="alert-number" to={number}>
              {t("alerts.number")}
            </Link>
          ) : null}
          {one.is_seen ? (
            <>
              <Button
                size="small"
                loading={attempt.isPending}
                onClick={() => attempt.mutate(one.rule, { onError: notify.failed })}
              >
                {t("alerts.try")}
              </Button>
              <Button size="small" type="text" onClick={() => frame.openRecord(ALERT_RULES, one.rule)}>
                {t("alerts.open")}
              </Button>
            </>
          ) : null}
        </span>
      </div>
      {one.problem ? <p className="alert-problem">{say(one.problem.message)}</p> : null}
      {one.groups.length ? (
        <ul className="alert-groups">
          {one.groups.map((group) => (
            <li key={group.key} className={group.known ? "is-known" : undefined}>
              <span className="alert-value">
                <span>{group.text || t("alerts.off")}</span>
                <Known rule={one.rule} group={group} />
              </span>
              <span className="alert-facts">
                {group.since ? (
                  <span>
                    {t("alerts.since")} <Ago at={group.since} />
                  </span>
                ) : null}
                <span>{t("alerts.times", { count: group.times })}</span>
                {group.told_at ? (
                  <span>
                    {t("alerts.toldAt")} <Ago at={group.told_at} />
                    {group.again_at ? (
                      <>
                        {t("alerts.again")} <Ago at={group.again_at} />
                      </>
                    ) : null}
                  </span>
                ) : (
                  <span>{t("alerts.notTold")}</span>
                )}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {attempt.data ? <Found found={attempt.data} /> : null}
    </li>
  );
};

const SAID: { readonly [kind: string]: string } = { told: "red", over: "green" };

const Said = ({ one }: { one: AlertSaid }) => {
  const { t } = useTranslation();
  const say = useSay();
  const moment = useMoment();
  return (
    <li className="alert-said">
      <time className="alert-when">{moment(one.at)}</time>
      <Tag color={SAID[one.kind] ?? "default"}>{t(`alerts.kind_${one.kind}`)}</Tag>
      <span className="alert-words">
        <b>{say(one.name)}</b>
        {one.lines.map((line) => (
          <span key={line} className="alert-line">
            {line}
          </span>
        ))}
        {one.lines.length === 0 && one.kind === "told" ? (
          <span className="alert-facts">{t("alerts.theirs")}</span>
        ) : null}
        <span className="alert-facts">
          {one.by_name ? (
            <>
              <span>{one.by_name}</span>
              {one.kind === "known" ? (
                <span>
                  {one.until ? t("alerts.untilDay", { day: moment(one.until) }) : t("alerts.untilWell")}
                </span>
              ) : null}
              {one.note ? <span>{one.note}</span> : null}
            </>
          ) : (
            <People names={one.people} />
          )}
        </span>
      </span>
    </li>
  );
};

export const Alerts = ({
  alerts,
  told,
  asked = null,
}: {
  alerts: readonly AlertLine[];
  told: readonly AlertSaid[];
  /** The rule that somebody came for: it is in sight, and what is told is of it alone. */
  asked?: string | null;
}) => {
  const { t } = useTranslation();
  if (alerts.length === 0)
    return (
      <StateView picture="empty" title={t("alerts.none")}>
        {t("alerts.noneNext")}
      </StateView>
    );
  const isKnown = alerts.some((one) => one.rule === asked);
  const said = isKnown ? told.filter((one) => one.rule === asked) : told;
  const first = [...alerts].sort(
    (a, b) => b.open.length - a.open.length || Number(b.tells_me) - Number(a.tells_me),
  );
  return (
    <div className="alerts">
      <section aria-label={t("alerts.rules")}>
        <h2>{t("alerts.rules")}</h2>
        <ul className="alert-list">
          {first.map((one) => (
            <Rule key={one.rule} one={one} isAsked={one.rule === asked} />
          ))}
        </ul>
      </section>
      <section aria-label={t("alerts.told")}>
        <h2>
          {t("alerts.told")}
          {isKnown ? (
            <Link className="alert-all" to="/alerts">
              {t("alerts.toldAll")}
            </Link>
          ) : null}
        </h2>
        {said.length ? (
          <ul className="alert-list">
            {said.map((one) => (
              <Said key={`${one.rule} ${one.kind} ${one.at}`} one={one} />
            ))}
          </ul>
        ) : (
          <p className="alert-facts">{t("alerts.toldNone")}</p>
        )}
      </section>
    </div>
  );
};
