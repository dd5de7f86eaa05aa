/** What happened in a flow, newest first. */

import { useTranslation } from "react-i18next";
import type { HistoryLine } from "../../api/tasks";
import type { Labels } from "../../api/types";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { useSay } from "../../shared/useLang";
import { starterOf } from "./words";

/** What people did and where it stood; the machine's small steps only when asked for. */
const TOLD = new Set([
  "started",
  "task",
  "action",
  "finished",
  "incident",
  "message",
  "held",
  "unsent",
  "moved",
  "boundary",
  "timer",
]);

export const HistoryList = ({
  lines,
  labels,
  isWhole = false,
  onLine,
  at,
}: {
  lines: readonly HistoryLine[];
  labels: Labels;
  isWhole?: boolean;
  onLine?: (seq: number) => void;
  at?: number | null;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const shown = lines.filter((line) => isWhole || TOLD.has(line.kind)).toReversed();
  return (
    <ol className="flow-history" aria-label={t("tasks.history")}>
      {shown.map((line) => {
        const body = (
          <>
            <span className="flow-line">
              <b>{starterOf(labels, line.by)}</b> {say(line.text)}
            </span>
            {line.comment ? <q>{line.comment}</q> : null}
            <time dateTime={line.at}>{formatInstant(line.at, lang, zone)}</time>
          </>
        );
        return (
          <li
            key={line.seq}
            className={`flow-entry flow-entry-${line.kind}${at === line.seq ? " flow-entry-at" : ""}`}
          >
            {onLine ? (
              <button type="button" onClick={() => onLine(line.seq)}>
                {body}
              </button>
            ) : (
              body
            )}
          </li>
        );
      })}
    </ol>
  );
};
