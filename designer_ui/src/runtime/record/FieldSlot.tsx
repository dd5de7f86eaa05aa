/** One field of a form: label above, help on hover, control, problem below. */

import QuestionCircleOutlined from "@ant-design/icons/QuestionCircleOutlined";
import { Input, Tooltip } from "antd";
import { memo, Suspense } from "react";
import type { FieldPlan, Labels, Problem } from "../../api/types";
import { asText, type Json, type Values } from "../../shared/json";
import { controlView, type FormStage } from "../../shared/kinds";
import type { FieldState } from "../../shared/rules";
import { useSay } from "../../shared/useLang";
import { Cell } from "../list/Cell";
import { Reveal } from "./Reveal";

export interface FieldSlotProps {
  form: string;
  recordId: string | null;
  field: FieldPlan;
  value: Json;
  values: Values;
  labels: Labels;
  state: FieldState;
  problems: readonly Problem[] | undefined;
  isMasked: boolean;
  columns: number;
  /** For controls that arrange other fields. */
  stage?: FormStage;
  /** Fills other fields that are still blank. */
  fill?: (values: Values) => void;
  onChange: (key: string, value: Json) => void;
}

const WIDE_TYPES = new Set(["rows", "structured"]);

const spanOf = (field: FieldPlan, columns: number): number => {
  if (field.width) return Math.min(columns, Math.max(1, Math.round(field.width * columns)));
  const view = controlView(field.control);
  const isWide =
    view?.wide ||
    WIDE_TYPES.has(field.value_type ?? "") ||
    ["textarea", "richtext", "markdown"].includes(field.control);
  return isWide ? columns : 1;
};

const NEEDS_RECORD = /link|signature|vitals|cascad|pick|subtable|lookup|select/;

const Slot = (props: FieldSlotProps) => {
  const { form, recordId, field, value, values, labels, state, problems, columns, onChange } = props;
  const say = useSay();
  const view = controlView(field.control);
  const id = `f-${form}-${field.key}`;
  const invalid = Boolean(problems?.length);
  const span = { gridColumn: `span ${spanOf(field, columns)}` };
  if (field.role === "layout") {
    return view ? (
      <div className="slot" style={{ gridColumn: "1 / -1" }}>
        {view.Detail ? (
          <view.Detail
            value={null}
            config={field.config}
            field={field}
            labels={labels}
            form={form}
            recordId={recordId}
            record={values}
            {...(props.stage ? { stage: props.stage } : {})}
          />
        ) : (
          <view.Cell value={null} config={field.config} field={field} labels={labels} />
        )}
      </div>
    ) : null;
  }
  const isRead = state.readOnly || props.isMasked || !view?.Input;
  const Detail = view?.Detail;
  return (
    <div className={invalid ? "slot slot-bad" : "slot"} style={span} id={`slot-${field.key}`}>
      <div className="slot-label">
        <label htmlFor={isRead ? undefined : id} id={`${id}-label`}>
          {say(field.label)}
          {state.required ? (
            <span className="slot-star" aria-hidden="true">
              *
            </span>
          ) : null}
        </label>
        {field.help ? (
          <Tooltip title={say(field.help)}>
            <QuestionCircleOutlined className="slot-help" aria-label={say(field.help)} />
          </Tooltip>
        ) : null}
      </div>
      {isRead ? (
        <div className="slot-read" role="group" aria-labelledby={`${id}-label`}>
          {props.isMasked && recordId ? (
            <Reveal form={form} recordId={recordId} field={field} value={value} />
          ) : Detail && (value !== null || field.role === "virtual") ? (
            <Suspense fallback={null}>
              <Detail
                value={value}
                config={field.config}
                field={field}
                labels={labels}
                form={form}
                recordId={recordId}
                record={values}
              />
            </Suspense>
          ) : (
            <Cell field={field} value={value} labels={labels} />
          )}
        </div>
      ) : view?.Input ? (
        <div className="slot-input" role="group" aria-labelledby={`${id}-label`}>
          <Suspense fallback={<div className="slot-wait" />}>
            <view.Input
              id={id}
              value={value}
              config={field.config}
              field={field}
              labels={labels}
              form={form}
              recordId={recordId}
              record={values}
              disabled={false}
              invalid={invalid}
              {...(props.fill ? { fill: props.fill } : {})}
              onChange={(next) => onChange(field.key, next)}
            />
          </Suspense>
        </div>
      ) : (
        <Input id={id} value={asText(value)} onChange={(event) => onChange(field.key, event.target.value)} />
      )}
      {problems?.map((problem) => (
        <div key={problem.code} className="slot-problem" role="alert">
          {say(problem.message)}
          {problem.hint ? <span className="slot-hint"> {say(problem.hint)}</span> : null}
        </div>
      ))}
    </div>
  );
};

export const FieldSlot = memo(
  Slot,
  (a, b) =>
    a.value === b.value &&
    a.problems === b.problems &&
    a.field === b.field &&
    a.labels === b.labels &&
    a.columns === b.columns &&
    a.isMasked === b.isMasked &&
    a.state.readOnly === b.state.readOnly &&
    a.state.required === b.state.required &&
    // Cascades and filters of pick lists look at the other values.
    (a.values === b.values ||
      !(NEEDS_RECORD.test(a.field.control) || a.field.role === "virtual" || a.field.role === "layout")),
);
