/** One story of everything about the record: icon, who, what, when, open. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useTimeline } from "../../api/records";
import { useApp } from "../../api/session";
import type { TimelineItem } from "../../api/types";
import { formatAgo, formatDay, formatInstant, localDay, localTime } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { Icon } from "../../shared/Icon";
import { clinicNow } from "../../shared/now";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useFrame } from "../shell/frame";

const byDay = (items: readonly TimelineItem[], zone: string): [string, TimelineItem[]][] => {
  const days = new Map<string, TimelineItem[]>();
  for (const item of items) {
    const day = localDay(item.at, zone);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days];
};

export const Timeline = ({
  form,
  recordId,
  title,
  field = "",
}: {
  form: string;
  recordId: string;
  /** A timeline among the record's fields, whose settings name the forms. */
  field?: string;
  /** Of the record itself: what only repeats it says the kind alone. */
  title: string;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const { data: app } = useApp();
  const frame = useFrame();
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useTimeline(
    form,
    recordId,
    field,
  );
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <StateView picture="empty" title={t("timeline.none")}>
        {t("timeline.noneNext")}
      </StateView>
    );
  const today = localDay(clinicNow(), zone);
  return (
    <div className="timeline">
      {byDay(items, zone).map(([day, list]) => (
        <section key={day}>
          <h4>{day === today ? t("timeline.today") : formatDay(day, lang, today, "always")}</h4>
          <ol>
            {list.map((item) => {
              const card = app?.forms.find((one) => one.key === item.form);
              return (
                <li key={`${item.form}-${item.id}-${item.at}`}>
                  <span className="timeline-icon">
                    <Icon name={card?.icon} />
                  </span>
                  <button
                    type="button"
                    className="timeline-item"
                    onClick={() => frame.openRecord(item.form, item.id)}
                  >
                    <span className="timeline-line">
                      {item.title && item.title !== title ? (
                        <>
                          <span className="timeline-form">{say(card?.name) || item.form}</span>{" "}
                          <b>{item.title}</b>
                        </>
                      ) : (
                        <b>{say(card?.name) || item.form}</b>
                      )}
                    </span>
                    <span className="hint timeline-when">
                      <time
                        dateTime={item.at}
                        title={`${formatInstant(item.at, lang, zone)} · ${formatAgo(item.at, lang, zone)}`}
                      >
                        {localTime(item.at, zone)}
                      </time>
                      {item.by_name ? ` · ${item.by_name}` : ""}
                    </span>
                    {item.detail ? <span className="timeline-detail">{item.detail}</span> : null}
                  </button>
                </li>
              );
            })}
          </ol>
        </section>
      ))}
      {hasNextPage ? (
        <Button block loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("timeline.earlier")}
        </Button>
      ) : null}
    </div>
  );
};
