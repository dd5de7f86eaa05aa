/** Runs a form's rules in the browser for comfort; the server runs the same trees for truth.
 *
 * The interpreter (`formula/`) loads with the first form. A tree it cannot answer changes nothing: the
 * field stays as the plan says, and the server decides. */

import type { FieldPlan, FormPlan, Problem, RulePlan } from "../api/types";
import {
  asNumber,
  isArray,
  isBlank,
  isObject,
  type Json,
  type JsonObject,
  rowsOf,
  sameJson,
  type Values,
} from "./json";

export interface FormulaContext {
  /** The value at a path: `["items", "amount"]` is a list; undefined where only the server knows it. */
  value: (path: readonly string[]) => Json | undefined;
  /** ISO instant, ISO day and IANA zone of the branch. */
  now: string;
  today: string;
  zone: string;
  actor: JsonObject;
  /** The stored record, for OLDVALUE, CHANGED and ISNEW. */
  record: { old: JsonObject; isNew: boolean; changed: ReadonlySet<string> };
}

interface Interpreter {
  /** The value as JSON (decimals as text), null for an error value; throws where only the server knows. */
  evaluate: (tree: Json, context: FormulaContext) => Json;
  /** A number brought to the decimals that its field keeps. */
  rounded: (value: Json, decimals: number) => Json;
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
  /** Whether a computed field is among them that only the server can work out. */
  needsServer: boolean;
  /** True unless the condition says no of the form as it stands now. */
  holds: (condition: Json | undefined) => boolean;
}

export interface Scene {
  plan: FormPlan;
  stored: JsonObject | null;
  /** The record is not this person's to change. */
  isReadOnly?: boolean;
  now: Date;
  today: string;
  zone: string;
  actor: JsonObject;
  /** Of a row: the record around it, for `{form.x}`, and the sub-table. */
  parent?: Values;
  row?: FieldPlan;
}

/** The value at a path, a list through rows; undefined for what lies behind a link: the form has the id only. */
export const valueAt = (
  values: { readonly [key: string]: Json },
  path: readonly string[],
  parent?: Values,
): Json | undefined => {
  const [head = "", ...rest] = path;
  if (head === "form") return valueAt(parent ?? values, rest);
  const value = values[head] ?? null;
  if (rest.length === 0 || value === null || value === "") return value;
  if (isArray(value)) {
    const inner = value.map((item) => (isObject(item) ? valueAt(item, rest) : undefined));
    const found = inner.filter((item) => item !== undefined);
    return found.length === inner.length ? found : undefined;
  }
  return isObject(value) ? valueAt(value, rest) : undefined;
};

const isMasked = (scene: Scene, path: readonly string[], values: Values): boolean => {
  const [head = "", second = ""] = path;
  const [key, held] = head === "form" ? [second, scene.parent ?? values] : [head, values];
  const inner = head !== "form" && scene.row !== undefined;
  const field = (inner ? (scene.row?.fields ?? []) : scene.plan.fields).find((one) => one.key === key);
  return field?.level === "masked" && !isBlank(held[key]);
};

export const contextOf = (scene: Scene, values: Values): FormulaContext => {
  const old = scene.stored ?? {};
  const changed = new Set(Object.keys(values).filter((key) => !sameJson(values[key], old[key])));
  return {
    value: (path) => (isMasked(scene, path, values) ? undefined : valueAt(values, path, scene.parent)),
    now: scene.now.toISOString(),
    today: scene.today,
    zone: scene.zone,
    actor: scene.actor,
    record: { old, isNew: scene.stored === null, changed },
  };
};

/** The rows of a sub-table with their computed columns; undefined when nothing is worked out. */
const rowsOut = (field: FieldPlan, values: Values, scene: Scene): Json | undefined => {
  const columns = (field.fields ?? []).filter((inner) => inner.computed !== undefined);
  const rows = values[field.key];
  if (columns.length === 0 || !isArray(rows)) return undefined;
  const inner: Scene = { ...scene, stored: null, parent: values, row: field };
  return rows.map((row) => (isObject(row) ? compute(columns, { ...row }, inner) : row));
};

const MOST_DECIMALS = 6;

/** The decimals that the server keeps of a number; undefined for what is no number. */
const decimalsOf = (field: FieldPlan): number | undefined => {
  if (field.value_type === "integer") return 0;
  if (field.value_type === "money") return 2;
  return field.value_type === "decimal" ? Math.min(MOST_DECIMALS, field.scale ?? 4) : undefined;
};

/** What formulas that stand on this field read: its value as it will be kept. */
const worked = (field: FieldPlan, tree: Json | undefined, context: FormulaContext): Json | undefined => {
  const value = run(tree, context);
  const decimals = decimalsOf(field);
  if (!interpreter || !value || decimals === undefined) return value;
  const kept = interpreter.rounded(value, decimals);
  return field.value_type === "integer" ? asNumber(kept) : kept;
};

/** A default that is a formula follows it on a new record, until someone writes the field. */
const treeOf = (field: FieldPlan, given: Values, scene: Scene): Json | undefined =>
  field.computed ??
  (scene.stored === null && !scene.parent && given[field.key] === undefined
    ? field.default_formula
    : undefined);

/** Computed fields may stand on one another; the plan lists them in dependency order or nearly so. */
const compute = (fields: readonly FieldPlan[], values: Values, scene: Scene): Values => {
  let result = values;
  for (let pass = 0; pass < 3; pass += 1) {
    let moved = false;
    for (const field of fields) {
      const value = field.fields
        ? rowsOut(field, result, scene)
        : worked(field, treeOf(field, values, scene), contextOf(scene, result));
      if (value === undefined || sameJson(value, result[field.key])) continue;
      result = { ...result, [field.key]: value };
      moved = true;
    }
    if (!moved) break;
  }
  return result;
};

/** A condition holds when it is true, not when it is blank; one that cannot be told here is left to the server. */
const mayHold = (tree: Json | undefined, context: FormulaContext): boolean => {
  const value = run(tree, context);
  return value === undefined || value === true;
};

const stateOf = (field: FieldPlan, context: FormulaContext, locked: boolean): FieldState => {
  const visible = field.level !== "none" && mayHold(field.visible_if, context);
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
  if (mayHold(rule.check, context)) return [];
  return [{ code: `rule.${rule.key}`, path: rule.at ? `/${rule.at}` : "", message: rule.message ?? {} }];
};

const isLeftToServer = (field: FieldPlan, values: Values, scene: Scene, context: FormulaContext): boolean => {
  if (field.computed !== undefined) return run(field.computed, context) === undefined;
  const columns = (field.fields ?? []).filter((column) => column.computed !== undefined);
  const inner: Scene = { ...scene, stored: null, parent: values, row: field };
  return rowsOf(values[field.key]).some((row) =>
    columns.some((column) => run(column.computed, contextOf(inner, { ...row })) === undefined),
  );
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
      plan.fields.map((field) => [
        field.key,
        stateOf(field, context, scene.isReadOnly === true || isLocked(field.key)),
      ]),
    ),
    sections: Object.fromEntries(
      plan.layout.map((section) => [section.key, mayHold(section.visible_if, context)]),
    ),
    problems: plan.rules.flatMap((rule) => failing(rule, context)),
    needsServer: plan.fields.some((field) => isLeftToServer(field, values, scene, context)),
    holds: (condition) => mayHold(condition, context),
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
