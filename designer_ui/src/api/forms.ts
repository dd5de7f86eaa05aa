/** Form plans, and pick lists. */

import { useQuery } from "@tanstack/react-query";
import { isObject, type JsonObject, type Values } from "../shared/json";
import { fieldsIn } from "../shared/rules";
import { request } from "./client";
import type { FieldPlan, FormPlan } from "./types";

const OWN = new Set(
  "key control value_type operators operator_group order role label help placeholder config level required required_if visible_if read_only read_only_if default default_formula computed mask width on_hidden fields".split(
    " ",
  ),
);

/** System fields name no control; these draw them. */
const controlOf = (valueType: string | null | undefined): string => {
  if (valueType === "person") return "user";
  return valueType === "reference" ? "branch" : (valueType ?? "text");
};

/** The settings of a control come flat beside the field's own properties, or under `config`. */
const withConfig = (field: FieldPlan): FieldPlan => {
  const flat: { [key: string]: JsonObject[string] } = {};
  for (const [key, value] of Object.entries(field))
    if (!OWN.has(key) && value !== undefined) flat[key] = JSON.parse(JSON.stringify(value));
  const config = isObject(field.config) ? { ...flat, ...field.config } : flat;
  return {
    ...field,
    control: field.control ?? controlOf(field.value_type),
    operators: field.operator_group ?? (typeof field.operators === "string" ? field.operators : null),
    config,
    label: field.label ?? { zh: field.key, en: field.key },
    level: field.level ?? "read",
    ...(field.fields ? { fields: field.fields.map(withConfig) } : {}),
  };
};

/** A title that is one field names the column that opens the record. */
const titleField = (plan: FormPlan): string | null => plan.title_field ?? fieldsIn(plan.title)[0] ?? null;

export const normalise = (plan: FormPlan): FormPlan => ({
  ...plan,
  title_field: titleField(plan),
  fields: (plan.fields ?? []).map(withConfig),
  system: (plan.system ?? []).map(withConfig),
  rules: plan.rules ?? [],
  layout: plan.layout ?? [],
  views: plan.views ?? [],
  page: plan.page ?? {},
  verbs: plan.verbs ?? {},
});

/** Kinds drawn at once on lists; the inputs of the others load when a form opens. */
export const kindsOf = (fields: readonly FieldPlan[]): string[] =>
  fields.flatMap((field) => [field.control, ...kindsOf(field.fields ?? [])]);

export const formQuery = (form: string) => ({
  queryKey: ["form", form],
  queryFn: async () => normalise(await request<FormPlan>("GET", `/api/forms/${encodeURIComponent(form)}`)),
  staleTime: 300_000,
});

export const useForm = (form: string | null | undefined) =>
  useQuery({ ...formQuery(form ?? ""), enabled: Boolean(form) });

export interface PickOption {
  id: string;
  label: string;
  detail?: string;
}

/** `values`: what is filled in so far, for choices that depend on it. */
export const fetchOptions = async (
  form: string,
  field: string,
  query: string,
  values?: Values,
): Promise<PickOption[]> => {
  const path = `/api/forms/${encodeURIComponent(form)}/options/${encodeURIComponent(field)}`;
  type Answer = PickOption[] | { options: PickOption[] };
  const answer = values
    ? await request<Answer>("POST", path, { q: query, values })
    : await request<Answer>("GET", `${path}?q=${encodeURIComponent(query)}`);
  return Array.isArray(answer) ? answer : answer.options;
};
