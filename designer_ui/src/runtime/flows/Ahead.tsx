/** What happens next: after each choice that somebody has, and when each timer runs out. */

import { useTranslation } from "react-i18next";
import type { InstancePage } from "../../api/tasks";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { useSay } from "../../shared/useLang";
import { useNextWords } from "../tasks/useNextWords";
import { namesOf } from "../tasks/words";

export const Ahead = ({ page }: { page: InstancePage }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const nextWords = useNextWords(page.labels);
  const places = page.ahead.filter((one) => one.ways.length + one.timers.length > 0);
  if (places.length === 0) return null;
  return (
    <section className="flow-ahead">
      <h2>{t("tasks.next")}</h2>
      {places.map((place) => (
        <div key={place.token_id}>
          {places.length > 1 ? <b>{say(place.name)}</b> : null}
          <dl>
            {place.ways.map((way, index) => (
              <div key={`${place.token_id}.${index}`}>
                <dt>{say(way.label ?? undefined) || t("flows.thenGoes")}</dt>
                <dd>{nextWords(way.next)}</dd>
              </div>
            ))}
            {place.timers.map((timer, index) => (
              <div key={`${place.token_id}.at.${index}`}>
                <dt>
                  <time dateTime={timer.at ?? ""}>{formatInstant(timer.at ?? "", lang, zone)}</time>
                </dt>
                <dd>
                  {say(timer.label ?? undefined)}
                  {timer.people.length ? ` ${namesOf(page.labels, timer.people, 4)}` : ""}
                  {timer.next ? `：${nextWords(timer.next)}` : ""}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
};
