/** The vital signs of somebody's last visits: the newest figure, and a small line over the band of what is usual. */

import { useTranslation } from "react-i18next";
import { useRecordPage } from "../../api/records";
import { formatDay, localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asNumber, asText, isObject } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { ErrorState, Loading } from "../../shared/States";
import { useLang } from "../../shared/useLang";
import { OffMark } from "../parts/OffMark";
import { type Measured, trendOf } from "../parts/trend";
import { isOff, type Sign, signsAt, usualOf } from "../parts/vitalSigns";

const VISITS = 24;
const WIDE = 200;
const TALL = 44;

const Line = ({ sign, measured }: { sign: Sign; measured: readonly Measured[] }) => {
  const lang = useLang();
  const { zone } = useControlHost();
  const { dots, band } = trendOf(sign, measured, WIDE, TALL);
  return (
    <svg className="trend-line" viewBox={`0 0 ${WIDE} ${TALL}`} aria-hidden="true">
      {band ? (
        <rect className="trend-band" x={0} y={band.y} width={WIDE} height={Math.max(1, band.height)} />
      ) : null}
      <polyline points={dots.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
      {dots.map((dot) => (
        <circle key={dot.id} className={dot.off ? "trend-off" : ""} cx={dot.x} cy={dot.y} r={3}>
          <title>{`${formatDay(localDay(dot.at, zone), lang, "")} ${dot.value} ${sign.unit}`}</title>
        </circle>
      ))}
    </svg>
  );
};

export const VitalsTrend = ({
  form,
  by,
  field,
  at,
  born,
  recordId,
}: {
  form: string;
  by: string;
  field: string;
  at: string;
  born: string;
  recordId: string;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const { zone, openRecord } = useControlHost();
  const { data, error, refetch } = useRecordPage(form, {
    filter: {
      op: "and",
      items: [
        { field: by, op: "in", value: [recordId] },
        { field, op: "not_empty" },
      ],
    },
    fields: [field, at],
    sort: [`-${at}`],
    limit: VISITS,
    count: false,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={3} />;
  const today = localDay(clinicNow(), zone);
  const day = (instant: string) => formatDay(localDay(instant, zone), lang, today);
  const rows = signsAt(born, today)
    .map((sign) => {
      const measured = data.records.flatMap((record): Measured[] => {
        const value = isObject(record[field]) ? asNumber(record[field][sign.key]) : null;
        const when = asText(record[at]);
        return value === null || !when ? [] : [{ at: when, value, id: record.id }];
      });
      return { sign, measured };
    })
    .filter(({ measured }) => measured.length > 0);
  if (!rows.length) return <div className="ctl-quiet">{t("ctl.noVitals")}</div>;
  return (
    <ul className="trend" aria-label={t("ctl.vitalsTrend")}>
      {rows.map(({ sign, measured }) => {
        const [latest] = measured;
        return latest ? (
          <li key={sign.key}>
            <div className="trend-name">
              {sign[lang]} <span className="ctl-quiet">{usualOf(sign)}</span>
            </div>
            <button type="button" className="trend-now" onClick={() => openRecord(form, latest.id)}>
              <b className={isOff(sign, latest.value) ? "ctl-off" : ""}>{latest.value}</b> {sign.unit}{" "}
              <OffMark sign={sign} value={latest.value} /> <span className="ctl-quiet">{day(latest.at)}</span>
            </button>
            {measured.length > 1 ? <Line sign={sign} measured={measured} /> : null}
            <span className="sr-only">
              {measured
                .map((one) => `${day(one.at)} ${one.value} ${sign.unit}`)
                .join(lang === "zh" ? "，" : ", ")}
            </span>
          </li>
        ) : null;
      })}
    </ul>
  );
};
