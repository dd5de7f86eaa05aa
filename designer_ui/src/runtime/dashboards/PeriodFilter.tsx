/** A stretch of time, or what it is compared with: the usual ones by name, any other by its days. */

import { Select } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatSpan, localDay } from "../../shared/format";
import { asText, type Json } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { useLang, useSay } from "../../shared/useLang";
import type { FilterPart } from "./contract";
import { useZone } from "./useMoment";

const DaysPicker = lazy(() => import("./DaysPicker"));

const OTHER = "other";
/** The choice to compare with nothing says so itself. */
const NOTHING = "none";

export const PeriodFilter = ({
  part,
  value,
  onChange,
}: {
  part: FilterPart;
  value: Json;
  onChange: (value: Json) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const lang = useLang();
  const zone = useZone();
  const [isPicking, setPicking] = useState(false);
  const text = asText(value);
  const [from, to] = text.split("..");
  const name = say(part.name);
  const isCompare = part.kind === "compare";
  if (isPicking)
    return (
      <Suspense fallback={null}>
        <DaysPicker
          label={name}
          onDays={(first, last) => {
            setPicking(false);
            onChange(`${first}..${last}`);
          }}
          onClose={() => setPicking(false)}
        />
      </Suspense>
    );
  const own =
    from && to ? [{ value: text, label: formatSpan(from, to, lang, localDay(clinicNow(), zone)) }] : [];
  const usual = part.options.map((one) => ({ value: one.value, label: say(one.name) }));
  const other = t(isCompare ? "dashboard.otherBaseline" : "dashboard.otherDays");
  return (
    <Select
      className="dash-board-filter"
      aria-label={name}
      placeholder={name}
      prefix={isCompare && text && text !== NOTHING ? t("dashboard.against") : undefined}
      allowClear={isCompare}
      value={text || undefined}
      listHeight={420}
      options={[...own, ...usual, { value: OTHER, label: other }]}
      onChange={(next: string | undefined) => (next === OTHER ? setPicking(true) : onChange(next ?? null))}
    />
  );
};
