/** Every change: who, when, from which to which. */

import { useTranslation } from "react-i18next";
import { useHistory } from "../../api/records";
import type { FieldPlan, FormPlan, HistoryEntry, Labels } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { formatAgo, formatInstant, formatValue, labelOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { isBlank, isObject, type Json } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { Cell } from "../list/Cell";

const Entry = ({ entry, plan, labels }: { entry: HistoryEntry; plan: FormPlan; labels: Labels }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const isFirst = entry.kind === "create";
  const fields = entry.changes
    .map((change) => ({ change, field: fieldOf(plan, change.field) }))
    .filter(({ change }) => !isFirst || !isBlank(change.new));
  useKinds(fields.map(({ field }) => field?.control ?? ""));
  const show = (value: Json, field: FieldPlan) =>
    // Figures have looks of their own; the rest reads best as words.
    isObject(value) ? (
      <Cell plain={false} field={field} value={value} labels={labels} />
    ) : (
      formatValue(value, field, { lang, zone, labels })
    );
  const who =
    entry.by === "system"
      ? t("history.system")
      : entry.by_name || labelOf(labels, "user", entry.by ?? "") || t("history.system");
  return (
    <li className="history-entry">
      <div className="history-head">
        <b>{who}</b>
        <span className="hint" title={formatInstant(entry.at, lang, zone)}>
          {formatInstant(entry.at, lang, zone)} · {formatAgo(entry.at, lang, zone)}
          {` · ${t(`history.${entry.kind}`)}`}
          {entry.cause && entry.cause !== "user"
            ? ` · ${t(`cause.${entry.cause}`, { defaultValue: entry.cause })}`
            : ""}
        </span>
      </div>
      <table>
        <tbody>
          {fields.map(({ change, field }) => {
            if (!field) return null;
            return (
              <tr key={change.field}>
                <th scope="row">{say(field.label)}</th>
                <td>
                  {isFirst ? null : (
                    <>
                      <del>{show(change.old, field)}</del> <span aria-hidden="true">→</span>{" "}
                    </>
                  )}
                  <ins>{show(change.new, field)}</ins>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </li>
  );
};

export const History = ({ plan, recordId, labels }: { plan: FormPlan; recordId: string; labels: Labels }) => {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useHistory(plan.key, recordId);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (data.entries.length === 0) return <StateView picture="empty" title={t("history.none")} />;
  const all: Labels = { ...labels, ...data.labels };
  return (
    <ol className="history">
      {data.entries.map((entry, index) => (
        <Entry key={entry.id ?? `${entry.at}-${index}`} entry={entry} plan={plan} labels={all} />
      ))}
    </ol>
  );
};
