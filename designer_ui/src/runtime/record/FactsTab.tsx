/** Some of the record's fields, to read. */

import { Suspense } from "react";
import type { FormPlan, RecordAnswer } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { isBlank } from "../../shared/json";
import { controlView, useKinds } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { Cell } from "../list/Cell";
import { valuesOf } from "../list/CellEditor";
import { Reveal } from "./Reveal";

export const FactsTab = ({
  plan,
  answer,
  items,
}: {
  plan: FormPlan;
  answer: RecordAnswer;
  items: readonly string[];
}) => {
  const say = useSay();
  const fields = items.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  useKinds(fields.map((field) => field.control));
  const values = valuesOf(answer.record);
  return (
    <dl className="facts-tab">
      {fields
        .filter((field) => field.level !== "none")
        .map((field) => {
          const value = answer.record[field.key] ?? null;
          const view = controlView(field.control);
          const Detail = view?.Detail;
          // What holds nothing of its own shows what stands elsewhere.
          const isShown = field.role === "virtual" || !isBlank(value);
          const isMasked = answer.masked.includes(field.key);
          return (
            <div
              key={field.key}
              className={
                view?.wide || field.value_type === "rows" || field.value_type === "structured"
                  ? "fact fact-wide"
                  : "fact"
              }
            >
              <dt>{say(field.label)}</dt>
              <dd>
                {isMasked ? (
                  <Reveal form={plan.key} recordId={answer.record.id} field={field} value={value} />
                ) : Detail && isShown ? (
                  <Suspense fallback={null}>
                    <Detail
                      value={value}
                      config={field.config}
                      field={field}
                      labels={answer.labels}
                      form={plan.key}
                      recordId={answer.record.id}
                      record={values}
                    />
                  </Suspense>
                ) : (
                  <Cell field={field} value={value} labels={answer.labels} />
                )}
              </dd>
            </div>
          );
        })}
    </dl>
  );
};
