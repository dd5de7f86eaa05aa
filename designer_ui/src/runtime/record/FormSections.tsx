/** The sections of a form, each of which folds. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import RightOutlined from "@ant-design/icons/RightOutlined";
import { useState } from "react";
import type { FieldPlan, FormPlan, Labels, Problem, SectionPlan } from "../../api/types";
import type { Json, Values } from "../../shared/json";
import type { FormStage } from "../../shared/kinds";
import type { FormState } from "../../shared/rules";
import { useSay } from "../../shared/useLang";
import { FieldSlot } from "./FieldSlot";
import { fillable, paneItems, sectionsOf } from "./formModel";

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
  /** Looks whether some fields are filled rightly, and tells what is not. */
  check: (keys: readonly string[]) => boolean;
  onChange: (key: string, value: Json) => void;
}

interface FieldsProps extends SectionsProps {
  keys: readonly string[];
  columns: number;
  /** The layout controls around these fields; a control that arranges itself is drawn once. */
  inside: ReadonlySet<string>;
}

const shownFields = ({ keys, inside, ...props }: Omit<FieldsProps, "columns">): FieldPlan[] =>
  keys
    .map((key) => props.plan.fields.find((field) => field.key === key))
    .filter((field) => field !== undefined)
    .filter((field) => {
      const at = props.state.fields[field.key];
      if (field.role === "layout") return at?.visible !== false && !inside.has(field.key);
      if (!at?.visible) return false;
      return !(props.isNew && at.readOnly && (props.values[field.key] ?? null) === null);
    });

const hasProblem = (plan: FormPlan, problems: SectionsProps["problems"], keys: readonly string[]): boolean =>
  keys.some((key) => {
    const field = plan.fields.find((one) => one.key === key);
    return problems.has(key) || (field !== undefined && hasProblem(plan, problems, paneItems(field)));
  });

/** The keys with those that layout controls among them arrange. */
const withInner = (plan: FormPlan, keys: readonly string[]): string[] =>
  keys.flatMap((key) => {
    const field = plan.fields.find((one) => one.key === key);
    return field
      ? [
          key,
          ...withInner(
            plan,
            paneItems(field).filter((one) => one !== key),
          ),
        ]
      : [];
  });

const Fields = (given: FieldsProps) => {
  const { keys: _keys, inside, columns, ...props } = given;
  const { plan, state, values, problems } = props;
  const stageOf = (field: FieldPlan): FormStage => ({
    draw: (keys, side) => (
      <Fields {...props} keys={keys} columns={side} inside={new Set([...inside, field.key])} />
    ),
    isFailing: (keys) => hasProblem(plan, problems, keys),
    check: (keys) => props.check(withInner(plan, keys)),
    holds: state.holds,
  });
  const fill = (others: Values) => {
    for (const [key, value] of Object.entries(fillable(plan, values, others)))
      if (state.fields[key]?.readOnly === false) props.onChange(key, value);
  };
  return (
    <div className="section-grid" data-columns={columns}>
      {shownFields(given).map((field) => (
        <FieldSlot
          key={field.key}
          form={plan.key}
          recordId={props.recordId}
          field={field}
          value={values[field.key] ?? null}
          values={values}
          labels={props.labels}
          state={state.fields[field.key] ?? { visible: true, required: false, readOnly: true }}
          problems={problems.get(field.key)}
          isMasked={props.masked.includes(field.key) || field.level === "masked"}
          columns={columns}
          {...(field.role === "layout" ? { stage: stageOf(field) } : {})}
          fill={fill}
          onChange={props.onChange}
        />
      ))}
    </div>
  );
};

const NOWHERE: ReadonlySet<string> = new Set();

const Section = ({ section, ...props }: SectionsProps & { section: SectionPlan }) => {
  const say = useSay();
  const [isFolded, setFolded] = useState(section.folded === true);
  const fields: FieldsProps = {
    ...props,
    keys: section.items,
    columns: section.columns ?? 2,
    inside: NOWHERE,
  };
  if (props.state.sections[section.key] === false || shownFields(fields).length === 0) return null;
  const name = say(section.section);
  const folded = isFolded && !hasProblem(props.plan, props.problems, section.items);
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
      {folded ? null : <Fields {...fields} />}
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
