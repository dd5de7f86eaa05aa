/** The trial run: what would be created, updated, skipped, refused; nothing is written yet. */

import { Alert, Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { errorSheetUrl, useImport } from "../../api/imports";
import type { FormPlan, ImportState, Problem } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { ErrorState } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { fieldAt } from "../record/formModel";

/** How many rows with something to say the server tells. */
const MOST_SHOWN = 200;

export const percentOf = (state: ImportState | undefined): number => {
  const { done, total } = state ?? { done: 0, total: 0 };
  return total > 0 ? Math.min(Math.floor((done / total) * 100), 100) : 0;
};

export const Counts = ({ counts }: { counts: { [what: string]: number } }) => {
  const { t } = useTranslation();
  return (
    <dl className="import-counts">
      {Object.entries(counts).map(([what, count]) => (
        <div key={what} className={`import-count import-count-${what}`}>
          <dt>{t(`import.count_${what}`, { defaultValue: what })}</dt>
          <dd>{count}</dd>
        </div>
      ))}
    </dl>
  );
};

export const ProblemRows = ({ plan, rows }: { plan: FormPlan; rows: ImportState["rows"] }) => {
  const { t } = useTranslation();
  const say = useSay();
  const bad = rows.filter((row) => row.problems.length);
  if (bad.length === 0) return null;
  const words = (problem: Problem) => {
    const key = fieldAt(plan, problem);
    const field = key ? fieldOf(plan, key) : undefined;
    const told = say(problem.message);
    const label = field ? say(field.label) : "";
    return label && !told.includes(label) ? `${label}：${told}` : told;
  };
  return (
    <div className="import-scroll">
      <table className="import-map import-problems">
        <thead>
          <tr>
            <th>{t("import.row")}</th>
            <th>{t("import.outcome")}</th>
            <th>{t("import.problem")}</th>
          </tr>
        </thead>
        <tbody>
          {bad.slice(0, MOST_SHOWN).map((row) => (
            <tr key={row.row}>
              <th scope="row">{row.row}</th>
              <td className={`import-outcome import-outcome-${row.outcome}`}>
                {t(`import.count_${row.outcome}`)}
              </td>
              <td>
                {row.problems.map((problem, index) => (
                  <div key={index}>{words(problem)}</div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {bad.length >= MOST_SHOWN ? (
        <p className="hint">{t("import.firstShown", { count: MOST_SHOWN })}</p>
      ) : null}
    </div>
  );
};

export const DryRunStep = ({
  plan,
  importId,
  busy,
  onBack,
  onRun,
}: {
  plan: FormPlan;
  importId: string;
  busy: boolean;
  onBack: () => void;
  onRun: () => void;
}) => {
  const { t } = useTranslation();
  const { data, error, refetch } = useImport(importId, true);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data || data.state === "checking" || data.state === "new")
    return (
      <div className="import-box">
        <p>{t("import.checking")}</p>
        <Progress percent={percentOf(data)} />
      </div>
    );
  const { counts } = data;
  const good = (counts.created ?? 0) + (counts.merged ?? 0);
  const hasBad = (counts.rejected ?? 0) > 0;
  return (
    <div className="import-box">
      <Alert
        type={data.state === "failed" ? "error" : "info"}
        showIcon
        title={data.state === "failed" ? t("import.failed") : t("import.trialText")}
      />
      <Counts counts={counts} />
      <ProblemRows plan={plan} rows={data.rows} />
      {hasBad ? (
        <a href={errorSheetUrl(importId)} download>
          {t("import.errorSheet")}
        </a>
      ) : null}
      <div className="import-foot">
        <Button onClick={onBack}>{t("import.backToMap")}</Button>
        <Button
          type="primary"
          loading={busy}
          disabled={data.state === "failed" || (Object.keys(counts).length > 0 && good === 0)}
          onClick={onRun}
        >
          {t("import.run")}
        </Button>
      </div>
    </div>
  );
};
