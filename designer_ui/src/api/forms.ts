/** Form plans, and pick lists. */

import { useQuery } from "@tanstack/react-query";
import { isObject, type JsonObject } from "../shared/json";
import { loadKinds } from "../shared/kinds";
import { request } from "./client";
import { queryClient } from "./queryClient";
import type { FieldPlan, FormPlan } from "./types";

const OWN = new Set(
  "key control value_type operators role label help placeholder config level required required_if visible_if read_only read_only_if default default_formula computed mask width on_hidden fields".split(
    " ",
  ),
);

/** The settings of a control come flat beside the field's own properties, or under `config`. */
const withConfig = (field: FieldPlan): FieldPlan => {
  const flat: { [key: string]: JsonObject[string] } = {};
  for (const [key, value] of Object.entries(field))
    if (!OWN.has(key) && value !== undefined) flat[key] = JSON.parse(JSON.stringify(value));
  const config = isObject(field.config) ? { ...flat, ...field.config } : flat;
  return {
    ...field,
    config,
    label: field.label ?? { zh: field.key, en: field.key },
    level: field.level ?? "read",
    ...(field.fields ? { fields: field.fields.map(withConfig) } : {}),
  };
};

export const normalise = (plan: FormPlan): FormPlan => ({
  ...plan,
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

/** Fetch a plan outside a component. */
export const fetchForm = (form: string): Promise<FormPlan> => queryClient.fetchQuery(formQuery(form));

export const preloadInputs = (plan: FormPlan): Promise<void> => loadKinds(kindsOf(plan.fields));

export interface PickOption {
  id: string;
  label: string;
  detail?: string;
}

export const fetchOptions = async (form: string, field: string, query: string): Promise<PickOption[]> => {
  const path = `/api/forms/${encodeURIComponent(form)}/options/${encodeURIComponent(field)}?q=${encodeURIComponent(query)}`;
  const answer = await request<PickOption[] | { options: PickOption[] }>("GET", path);
  return Array.isArray(answer) ? answer : answer.options;
};
