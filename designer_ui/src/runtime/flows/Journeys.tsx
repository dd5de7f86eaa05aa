/** Journeys: whom they take along and how often, who is where, and what they changed against those left alone. */

import { Button, Progress } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Journey, type JourneyGoal, useJourneyEstimate, useJourneys } from "../../api/journeys";
import { formatShare } from "../../shared/format";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";

const STATES = ["running", "ended", "left", "control"] as const;
const WHY = ["would_enter", "control", "running", "again", "most", "gap"] as const;

const Rules = ({ one }: { one: Journey }) => {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <p className="hint">
      {t("flows.jnWhom", { segment: say(one.segment), form: say(one.form_name) })}
      {t(`flows.jnAgain_${one.again}`)}
      {one.gap ? t("flows.jnGap", { gap: say(one.gap) }) : null}
      {one.most ? t("flows.jnMost", { most: one.most }) : null}
      {one.leaves ? t("flows.jnLeaves") : null}
      {one.percent ? t(`flows.jnControl_${one.control_again}`, { percent: one.percent }) : null}
    </p>
  );
};

const Figures = ({ counts, words }: { counts: Record<string, number>; words: (key: string) => string }) => (
  <dl className="journey-figures">
    {Object.entries(counts).map(([key, count]) => (
      <div key={key}>
        <dt>{words(key)}</dt>
        <dd>{count}</dd>
      </div>
    ))}
  </dl>
);

const told = (counts: Record<string, number>, words: (key: string) => string) =>
  Object.entries(counts)
    .map(([key, count]) => `${words(key)} ${count}`)
    .join(" · ");

const Goal = ({ goal }: { goal: JourneyGoal }) => {
  const { t } = useTranslation();
  const { effect } = goal;
  const groups = (["journey", "control"] as const).filter(
    (key) => key === "journey" || goal.control.people > 0,
  );
  return (
    <div className="journey-goal">
      {groups.map((key) => (
        <div key={key}>
          {t(`flows.jnGroup_${key}`, {
            reached: goal[key].reached,
            people: goal[key].people,
            share: formatShare(goal[key].share),
          })}
          <Progress
            percent={Math.round((goal[key].share ?? 0) * 1000) / 10}
            showInfo={false}
            size="small"
            aria-label={t(`flows.jnName_${key}`)}
          />
        </div>
      ))}
      {effect ? (
        <p>
          {t(effect.is_sure ? "flows.jnSure" : "flows.jnUnsure", {
            points: formatShare(effect.points),
            low: formatShare(effect.low),
            high: formatShare(effect.high),
          })}
        </p>
      ) : null}
      {groups.length === 1 ? <p className="hint">{t("flows.jnNoControl")}</p> : null}
    </div>
  );
};

const Estimate = ({ journey }: { journey: string }) => {
  const { t } = useTranslation();
  const [isWanted, want] = useState(false);
  const { data, error, isFetching } = useJourneyEstimate(journey, isWanted);
  if (error) return <ErrorState error={error} />;
  if (!data)
    return (
      <Button className="journey-ask" loading={isFetching} onClick={() => want(true)}>
        {t("flows.jnEstimate")}
      </Button>
    );
  const { members = 0 } = data.counts;
  const counts = Object.fromEntries(
    WHY.filter((key) => data.counts[key]).map((key) => [key, data.counts[key] ?? 0]),
  );
  return (
    <p>
      {t("flows.jnMembers", { count: members })} {told(counts, (key) => t(`flows.jnWhy_${key}`))}
    </p>
  );
};

export const Journeys = () => {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const { data, error, isPending, refetch } = useJourneys();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading rows={6} />;
  if (data.journeys.length === 0)
    return (
      <StateView picture="empty" title={t("flows.jnNone")}>
        {t("flows.jnNoneNext")}
      </StateView>
    );
  const reason = (key: string) => (i18n.exists(`flows.jnEnd_${key}`) ? t(`flows.jnEnd_${key}`) : key);
  return (
    <ul className="journeys">
      {data.journeys.map((one) => (
        <li key={one.key} className="journey">
          <h2>{say(one.name)}</h2>
          <Rules one={one} />
          <Figures
            counts={Object.fromEntries(STATES.map((key) => [key, one.states[key] ?? 0]))}
            words={(key) => t(`flows.jnState_${key}`)}
          />
          {Object.keys(one.reasons).length ? (
            <p>
              {t("flows.jnEnds")}
              {told(one.reasons, reason)}
            </p>
          ) : null}
          {one.goal ? <Goal goal={one.goal} /> : <p className="hint">{t("flows.jnNoGoal")}</p>}
          <Estimate journey={one.key} />
        </li>
      ))}
    </ul>
  );
};
