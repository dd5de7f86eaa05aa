/** A record on a sheet: what is filled in, to read; nothing to press. Only a printer sees it. */

import { Suspense } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/session";
import type { FieldPlan, FormPlan, RecordAnswer } from "../../../api/types";
import { localDay, localTime } from "../../../shared/format";
import { useControlHost } from "../../../shared/host";
import { isBlank } from "../../../shared/json";
import { controlView } from "../../../shared/kinds";
import { clinicNow } from "../../../shared/now";
import { useSay } from "../../../shared/useLang";
import { Cell } from "../../list/Cell";
import { valuesOf } from "../../list/CellEditor";
import { useRecordForm } from "../useRecordForm";
import { isTall, onPaper } from "./onPaper";
import "./paper.css";

const MARKS = 24;

/** Who printed it and when, all over the sheet and on every page. */
const Mark = ({ words }: { words: string }) => (
  <div className="paper-mark" aria-hidden>
    {Array.from({ length: MARKS }, (_, at) => (
      <span key={at}>{words}</span>
    ))}
  </div>
);

const Value = ({ field, plan, answer }: { field: FieldPlan; plan: FormPlan; answer: RecordAnswer }) => {
  const value = answer.record[field.key] ?? null;
  const isMasked = answer.masked.includes(field.key) || field.level === "masked";
  const Detail = isMasked ? undefined : controlView(field.control)?.Detail;
  if (!Detail) return <Cell field={field} value={value} labels={answer.labels} isMasked={isMasked} plain />;
  return (
    <Suspense fallback={<span className="paper-wait" />}>
      <Detail
        value={value}
        config={field.config}
        field={field}
        labels={answer.labels}
        form={plan.key}
        recordId={answer.record.id}
        record={valuesOf(answer.record)}
      />
    </Suspense>
  );
};

export const Paper = ({
  plan,
  answer,
  isMarked,
}: {
  plan: FormPlan;
  answer: RecordAnswer;
  isMarked: boolean;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone, me } = useControlHost();
  const { data: us } = useMe();
  const { state } = useRecordForm(plan, answer, undefined);
  const { record } = answer;
  const now = clinicNow().toISOString();
  // With its year: a sheet is read long after.
  const printed = t("record.printed", {
    name: me.name,
    at: `${localDay(now, zone)} ${localTime(now, zone)}`,
  });
  const sections = onPaper(
    plan,
    (field) => !isBlank(record[field.key] ?? null) && state.fields[field.key]?.visible !== false,
  );
  return createPortal(
    <article className="paper" lang={lang}>
      {isMarked ? <Mark words={printed} /> : null}
      <header>
        <span>{say(us?.app.brand?.name ?? {}) || say(us?.workspace.name ?? {})}</span>
        <span>
          {say(plan.name)} {record.no}
        </span>
      </header>
      <h1>{answer.title || record.no || say(plan.name)}</h1>
      {sections.map((section) => (
        <section key={section.key}>
          {say(section.name) ? <h2>{say(section.name)}</h2> : null}
          <dl>
            {section.fields.map((field) => (
              <div
                key={field.key}
                className={isTall(field, record[field.key] ?? null) ? "paper-tall" : undefined}
              >
                <dt>{say(field.label)}</dt>
                <dd>
                  <Value field={field} plan={plan} answer={answer} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <footer>{printed}</footer>
    </article>,
    document.body,
  );
};
