/** Calendar and resource board: day by doctor or room, week, month; drag to move or stretch. */

import LeftOutlined from "@ant-design/icons/LeftOutlined";
import RightOutlined from "@ant-design/icons/RightOutlined";
import { Button, Segmented, Select } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { fetchOptions } from "../../api/forms";
import { useRecordPage, useUpdate } from "../../api/records";
import { useMe } from "../../api/session";
import type { FilterGroup, RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { addDays, formatDay, formatSpan, instantOf, localDay, targetOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { clinicNow } from "../../shared/now";
import { ErrorState } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { useNotify } from "../../shared/useNotify";
import type { ViewProps } from "../list/ViewHost";
import { useFrame } from "../shell/frame";
import { type CalendarItem, clashWith, itemOf, type Move, moveValues, resourcesOf } from "./calendarModel";
import { EventBoard } from "./EventBoard";
import { useView } from "./useView";

type Span = "resource" | "day" | "week" | "month";

/** As many columns as one can still read names in. */
const MOST_COLUMNS = 12;

const SPANS: readonly Span[] = ["day", "week", "month"];

const rangeOf = (day: string, span: Span): [string, string] => {
  if (span === "resource" || span === "day") return [day, addDays(day, 1)];
  const moment = new Date(`${day}T12:00:00Z`);
  if (span === "week") {
    const monday = addDays(day, -((moment.getUTCDay() + 6) % 7));
    return [monday, addDays(monday, 7)];
  }
  const first = `${day.slice(0, 8)}01`;
  const lead = (new Date(`${first}T12:00:00Z`).getUTCDay() + 6) % 7;
  return [addDays(first, -lead), addDays(first, 42 - lead)];
};

const stepOf = (day: string, span: Span, by: number): string => {
  if (span === "week") return addDays(day, 7 * by);
  if (span !== "month") return addDays(day, by);
  const moment = new Date(`${day.slice(0, 8)}15T12:00:00Z`);
  moment.setUTCMonth(moment.getUTCMonth() + by);
  return `${moment.toISOString().slice(0, 8)}01`;
};

export const CalendarView = (props: ViewProps) => {
  const { plan, view } = props;
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const { data: me } = useMe();
  const branch = me?.branch_id ?? null;
  const frame = useFrame();
  const notify = useNotify();
  const narrow = useNarrow();
  const today = localDay(clinicNow(), zone);
  const [day, setDay] = useState(today);
  const hasResource = Boolean(view?.resource);
  const [span, setSpan] = useState<Span>(
    view?.kind === "board" && hasResource && !narrow
      ? "resource"
      : narrow
        ? "day"
        : (SPANS.find((one) => one === view?.scale) ?? "week"),
  );
  const [only, setOnly] = useState<string[]>([]);
  const [all, setAll] = useState<{ id: string; title: string }[]>([]);
  const [from, until] = rangeOf(day, span);
  const startKey = view?.start ?? "start_at";
  const isDate = fieldOf(plan, startKey)?.value_type === "date";
  const extra: FilterGroup = useMemo(
    () => ({
      op: "and",
      items: [
        {
          field: startKey,
          op: "between",
          value: isDate
            ? { from, to: addDays(until, -1) }
            : { from: instantOf(from, "00:00", zone), to: instantOf(addDays(until, -1), "23:59:59", zone) },
        },
        // Who sees several branches looks at the chairs and people of one at a time.
        ...(hasResource && branch ? [{ field: "branch_id", op: "in", value: [branch] }] : []),
      ],
    }),
    [startKey, isDate, from, until, zone, hasResource, branch],
  );
  const { query, bar, cards } = useView(props, extra);
  const answer = useRecordPage(plan.key, { ...query, sort: [startKey], limit: 500 });
  const update = useUpdate(plan.key);
  const resourceKey = view?.resource ?? "";
  const resourceField = fieldOf(plan, resourceKey);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another branch has other rooms and people
  useEffect(() => {
    let alive = true;
    if (resourceKey)
      fetchOptions(plan.key, resourceKey, "")
        .then(
          (options) =>
            alive && setAll(options.slice(0, 40).map((option) => ({ id: option.id, title: option.label }))),
        )
        .catch(() => undefined);
    return () => {
      alive = false;
    };
  }, [plan.key, resourceKey, branch]);
  const { data } = answer;
  const items = useMemo(
    () =>
      view && data
        ? data.records
            .map((record) => itemOf(plan, view, record, { lang, zone, labels: data.labels }, cards))
            .filter((item) => item !== null)
        : [],
    [plan, view, data, lang, zone, cards],
  );
  const resources = useMemo(() => {
    const busy = resourcesOf(
      resourceField,
      data?.records ?? [],
      data?.labels ?? {},
      resourceKey,
      resourceField ? targetOf(resourceField) : "",
    );
    const known = [...new Map([...busy, ...all].map((item) => [item.id, item])).values()].sort((one, other) =>
      one.title.localeCompare(other.title, lang, { numeric: true }),
    );
    if (only.length) return known.filter((item) => only.includes(item.id));
    if (known.length <= MOST_COLUMNS) return known;
    // Too many for the screen: whoever has something to do today.
    const isBusy = (id: string) => busy.some((one) => one.id === id);
    return busy.length ? known.filter((item) => isBusy(item.id)) : known.slice(0, MOST_COLUMNS);
  }, [resourceField, data, resourceKey, all, only, lang]);
  const recordOf = (id: string): RecordData | undefined => data?.records.find((record) => record.id === id);
  const move = (item: CalendarItem, change: Move, revert: () => void) => {
    const record = recordOf(item.id);
    if (!record || !view) return revert();
    const clash = clashWith(items, item);
    const values = moveValues(plan, view, record, change, zone);
    const old = Object.fromEntries(Object.keys(values).map((key) => [key, record[key] ?? null]));
    update.mutateAsync({ recordId: record.id, revision: record.revision, values }).then(
      (saved) => {
        const undo = () => {
          update
            .mutateAsync({ recordId: record.id, revision: saved.record.revision, values: old })
            .catch(notify.failed);
        };
        notify.done(clash ? t("calendar.movedOver", { name: clash.title }) : t("calendar.moved"), undo);
      },
      (error: unknown) => {
        revert();
        notify.failed(error);
      },
    );
  };
  const title =
    span === "month"
      ? t("calendar.monthTitle", { year: day.slice(0, 4), month: Number(day.slice(5, 7)) })
      : span === "week"
        ? formatSpan(from, addDays(until, -1), lang, today)
        : formatDay(day, lang, today, "always");
  const spans: Span[] =
    hasResource && !narrow ? ["resource", "day", "week", "month"] : ["day", "week", "month"];
  return (
    <div className="list">
      {bar(
        <div className="cal-tools">
          <Button size="small" onClick={() => setDay(today)} disabled={day === today}>
            {t("calendar.today")}
          </Button>
          <Button
            size="small"
            type="text"
            icon={<LeftOutlined />}
            aria-label={t("calendar.back")}
            onClick={() => setDay(stepOf(day, span, -1))}
          />
          <Button
            size="small"
            type="text"
            icon={<RightOutlined />}
            aria-label={t("calendar.forward")}
            onClick={() => setDay(stepOf(day, span, 1))}
          />
          <b className="cal-title">{title}</b>
          <Segmented
            size="small"
            value={span}
            options={spans.map((key) => ({
              value: key,
              label:
                key === "resource" && resourceField
                  ? t("calendar.by", { name: say(resourceField.label) })
                  : t(`calendar.${key}`),
            }))}
            onChange={setSpan}
          />
          {span === "resource" ? (
            <Select
              size="small"
              mode="multiple"
              maxTagCount={1}
              allowClear
              className="cal-only"
              placeholder={t("calendar.allOf")}
              aria-label={t("calendar.allOf")}
              value={only}
              options={[
                ...new Map(
                  [...all, ...resources].map((item) => [item.id, { value: item.id, label: item.title }]),
                ).values(),
              ]}
              showSearch={{ optionFilterProp: "label" }}
              onChange={setOnly}
            />
          ) : null}
        </div>,
      )}
      {answer.error ? <ErrorState error={answer.error} onRetry={() => void answer.refetch()} /> : null}
      <EventBoard
        span={span}
        day={day}
        items={items}
        resources={resources}
        lang={lang}
        canEdit={plan.verbs.edit !== false}
        onOpen={(id) =>
          frame.openRecord(
            plan.key,
            id,
            items.map((item) => item.id),
          )
        }
        onMove={move}
        headOf={(date) => {
          const weekday = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { weekday: "short" });
          return span === "month" ? weekday.format(date) : `${weekday.format(date)} ${date.getDate()}`;
        }}
        moreOf={(count) => t("calendar.more", { count })}
        clashOf={(item) => clashWith(items, item)}
        onClash={(item) => notify.warn(t("calendar.clash", { name: item.title }))}
        onPick={(start, end, resource) => {
          if (!plan.verbs.create || !view) return;
          const blank: RecordData = { id: "", revision: 0 };
          frame.openNew({
            form: plan.key,
            preset: moveValues(plan, view, blank, { start, end, resource }, zone),
          });
        }}
      />
      {data?.cursor ? <p className="hint">{t("calendar.tooMany")}</p> : null}
    </div>
  );
};
