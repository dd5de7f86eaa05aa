/** The sections of a form, each of which folds. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import RightOutlined from "@ant-design/icons/RightOutlined";
import { useState } from "react";
import type { FormPlan, Labels, Problem, SectionPlan } from "../../api/types";
import type { Json, Values } from "../../shared/json";
import type { FormState } from "../../shared/rules";
import { useSay } from "../../shared/useLang";
import { FieldSlot } from "./FieldSlot";
import { sectionsOf } from "./formModel";

export interface SectionsProps {
  plan: FormPlan;
  recordId: string | null;
  values: Values;
  state: FormState;
  labels: Labels;
  masked: readonly string[];
  problems: ReadonlyMap<string, Problem[]>;
  /** Computed and read-only fields that are still blank are left out of a new form. */
  isNew: boolean;
  onChange: (key: string, value: Json) => void;
}

const Section = ({ section, ...props }: SectionsProps & { section: SectionPlan }) => {
  const { plan, state, values, problems } = props;
  const say = useSay();
  const [isFolded, setFolded] = useState(section.folded === true);
  const columns = section.columns ?? 2;
  const fields = section.items
    .map((key) => plan.fields.find((field) => field.key === key))
    .filter((field) => field !== undefined)
    .filter((field) => {
      const at = state.fields[field.key];
      if (field.role === "layout") return true;
      if (!at?.visible) return false;
      return !(props.isNew && at.readOnly && (values[field.key] ?? null) === null);
    });
  if (fields.length === 0 || state.sections[section.key] === false) return null;
  const name = say(section.section);
  const hasProblem = fields.some((field) => problems.has(field.key));
  const folded = isFolded && !hasProblem;
  return (
    <section className="section">
      {name ? (
        <h3>
          <button
            type="button"
            className="section-name"
            aria-expanded={!folded}
            onClick={() => setFolded(!folded)}
          >
            {folded ? <RightOutlined /> : <DownOutlined />} {name}
          </button>
        </h3>
      ) : null}
      {folded ? null : (
        <div className="section-grid" data-columns={columns}>
          {fields.map((field) => {
            const value = values[field.key] ?? null;
            const at = state.fields[field.key] ?? { visible: true, required: false, readOnly: true };
            return (
              <FieldSlot
                key={field.key}
                form={plan.key}
                recordId={props.recordId}
                field={field}
                value={value}
                values={values}
                labels={props.labels}
                state={at}
                problems={problems.get(field.key)}
                isMasked={props.masked.includes(field.key) || field.level === "masked"}
                columns={columns}
                onChange={props.onChange}
              />
            );
          })}
        </div>
      )}
    </section>
  );
};

export const FormSections = (props: SectionsProps) => (
  <>
    {sectionsOf(props.plan).map((section) => (
      <Section key={section.key} section={section} {...props} />
    ))}
  </>
);
