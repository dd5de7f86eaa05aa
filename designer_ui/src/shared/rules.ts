/** Runs a form's rules in the browser for comfort; the server runs the same trees for truth.
 *
 * The interpreter (`formula/`) loads with the first form. A tree it cannot answer changes nothing: the
 * field stays as the plan says, and the server decides. */

import type { FieldPlan, FormPlan, Problem, RulePlan } from "../api/types";
import { isArray, isBlank, isObject, type Json, type JsonObject, sameJson, type Values } from "./json";

export interface FormulaContext {
  /** The value at a path: `["customer_id", "name"]`; a list for paths through rows. */
  value: (path: readonly string[]) => Json;
  /** ISO instant, ISO day and IANA zone of the branch. */
  now: string;
  today: string;
  zone: string;
  actor: JsonObject;
  /** The stored record, for OLDVALUE, CHANGED and ISNEW. */
  record: { old: JsonObject; isNew: boolean; changed: ReadonlySet<string> };
}

interface Interpreter {
  /** The value as JSON (decimals as text); throws on an error value or an unknown function. */
  evaluate: (tree: Json, context: FormulaContext) => Json;
}

const files = import.meta.glob<Interpreter>("./formula/index.ts");
let interpreter: Interpreter | null = null;

export const loadFormulas = async (): Promise<boolean> => {
  if (!interpreter) interpreter = (await files["./formula/index.ts"]?.()) ?? null;
  return interpreter !== null;
};

export const hasFormulas = (): boolean => interpreter !== null;

/** Undefined when the tree is absent or cannot be answered here. */
export const run = (tree: Json | undefined, context: FormulaContext): Json | undefined => {
  if (tree === undefined || tree === null || !interpreter) return undefined;
  try {
    return interpreter.evaluate(tree, context);
  } catch {
    return undefined;
  }
};

export interface FieldState {
  visible: boolean;
  required: boolean;
  readOnly: boolean;
}

export interface FormState {
  /** The values with computed fields filled in. */
  values: Values;
  fields: { readonly [key: string]: FieldState };
  sections: { readonly [key: string]: boolean };
  locked: boolean;
  /** Problems of rules that fail as the form stands now. */
  problems: Problem[];
}

export interface Scene {
  plan: FormPlan;
  stored: JsonObject | null;
  now: Date;
  today: string;
  zone: string;
  actor: JsonObject;
  /** Of a row: the record around it, for `{form.x}`. */
  parent?: Values;
}

const valueAt = (
  values: { readonly [key: string]: Json },
  path: readonly string[],
  parent?: Values,
): Json => {
  const [head = "", ...rest] = path;
  if (head === "form") return valueAt(parent ?? values, rest);
  const value = values[head] ?? null;
  if (rest.length === 0) return value;
  if (isArray(value)) return value.map((item) => (isObject(item) ? valueAt(item, rest) : null));
  return isObject(value) ? valueAt(value, rest) : null;
};

export const contextOf = (scene: Scene, values: Values): FormulaContext => {
  const old = scene.stored ?? {};
  const changed = new Set(Object.keys(values).filter((key) => !sameJson(values[key], old[key])));
  return {
    value: (path) => valueAt(values, path, scene.parent),
    now: scene.now.toISOString(),
    today: scene.today,
    zone: scene.zone,
    actor: scene.actor,
    record: { old, isNew: scene.stored === null, changed },
  };
};

/** The rows of a sub-table with their computed columns; undefined when nothing is worked out. */
const rowsOut = (field: FieldPlan, values: Values, scene: Scene): Json | undefined => {
  const worked = (field.fields ?? []).filter((inner) => inner.computed !== undefined);
  const rows = values[field.key];
  if (worked.length === 0 || !isArray(rows)) return undefined;
  const inner: Scene = { ...scene, stored: null, parent: values };
  return rows.map((row) => (isObject(row) ? compute(worked, { ...row }, inner) : row));
};

/** Computed fields may stand on one another; the plan lists them in dependency order or nearly so. */
const compute = (fields: readonly FieldPlan[], values: Values, scene: Scene): Values => {
  let result = values;
  for (let pass = 0; pass < 3; pass += 1) {
    let moved = false;
    for (const field of fields) {
      const value = field.fields
        ? rowsOut(field, result, scene)
        : run(field.computed, contextOf(scene, result));
      if (value === undefined || sameJson(value, result[field.key])) continue;
      result = { ...result, [field.key]: value };
      moved = true;
    }
    if (!moved) break;
  }
  return result;
};

const stateOf = (field: FieldPlan, context: FormulaContext, locked: boolean): FieldState => {
  const visible = field.level !== "none" && run(field.visible_if, context) !== false;
  const readOnly =
    locked ||
    field.level !== "write" ||
    field.read_only === true ||
    field.computed !== undefined ||
    run(field.read_only_if, context) === true;
  const required =
    visible && !readOnly && (field.required === true || run(field.required_if, context) === true);
  return { visible, readOnly, required };
};

const failing = (rule: RulePlan, context: FormulaContext): Problem[] => {
  if (rule.check === undefined || (rule.when !== undefined && run(rule.when, context) !== true)) return [];
  if (run(rule.check, context) !== false) return [];
  return [{ code: `rule.${rule.key}`, path: rule.at ? `/${rule.at}` : "", message: rule.message ?? {} }];
};

/** Hidden over shown, read-only over editable, locked over all; required only where it can be filled. */
export const formState = (scene: Scene, given: Values): FormState => {
  const { plan } = scene;
  const values = compute(plan.fields, given, scene);
  const context = contextOf(scene, values);
  const before = contextOf(scene, { ...given, ...(scene.stored ?? {}) });
  const locks =
    scene.stored === null
      ? []
      : plan.rules.filter((rule) => rule.lock && (!rule.when || run(rule.when, before) === true));
  const locked = locks.some((rule) => rule.lock === true);
  const isLocked = (key: string): boolean =>
    locks.some((rule) => (Array.isArray(rule.lock) ? rule.lock.includes(key) : !rule.unlock?.includes(key)));
  return {
    values,
    locked,
    fields: Object.fromEntries(
      plan.fields.map((field) => [field.key, stateOf(field, context, isLocked(field.key))]),
    ),
    sections: Object.fromEntries(
      plan.layout.map((section) => [section.key, run(section.visible_if, context) !== false]),
    ),
    problems: plan.rules.flatMap((rule) => failing(rule, context)),
  };
};

export const missing = (plan: FormPlan, state: FormState): FieldPlan[] =>
  plan.fields.filter((field) => state.fields[field.key]?.required && isBlank(state.values[field.key]));

/** The fields a tree looks at, so that a list can ask for them. */
export const fieldsIn = (tree: Json | undefined): string[] => {
  if (!isObject(tree)) return [];
  if (tree.k === "field") {
    const head = isArray(tree.v) ? tree.v[0] : undefined;
    return typeof head === "string" && head !== "form" ? [head] : [];
  }
  return isArray(tree.a) ? tree.a.flatMap((part) => fieldsIn(part)) : [];
};
