/** Interprets the tree of a formula that the server checked. Values and rules are those of the server;
 * `tests/vectors` are run here too. */

import type { Json } from "../json";
import { convert, fromJson } from "./convert";
import { Failure, fail, NotHere, notHere } from "./failure";
import { functionOf } from "./functions";
import { readClock, readDay, readInstant } from "./moments";
import { Decimal, divide, settle } from "./number";
import { operate } from "./operators";
import { type Day, type Instant, isDecimal, isRow, Span, type Value } from "./values";

/** A formula's part, as `engine/expressions/tree.py` writes it. */
export interface Tree {
  readonly k: string;
  readonly t: string;
  readonly v?: Json;
  readonly a?: readonly Tree[];
  /** The function is given blanks as they are. */
  readonly p?: boolean;
}

/** What is known of the record itself, for CHANGED, OLDVALUE, ISNEW, OWN, STATUS and rows. */
export interface RecordFacts {
  readonly isNew: boolean;
  readonly changed: ReadonlySet<string>;
  readonly old: (path: readonly string[]) => Json | undefined;
  readonly ownBy?: readonly string[];
  readonly statusField?: string;
  readonly rowNumber?: number;
  readonly previous?: Readonly<Record<string, Json>>;
}

/** What a formula may ask of its surroundings. */
export interface Context {
  /** The API's JSON of a field; lists for paths through rows. */
  readonly json: (path: readonly string[]) => Json | undefined;
  readonly now: Instant;
  readonly today: Day;
  readonly zone: string;
  /** What is known of whoever asks: id, roles, branch_id … */
  readonly fact: (name: string) => Json;
  readonly record: RecordFacts;
}

export interface Scope {
  readonly context: Context;
  readonly row: Value;
  readonly hasRow: boolean;
  readonly spent: { steps: number };
}

export type Each = (item: Value) => Value;
export type Argument = Value | Each;
export type Result = { readonly value: Value } | { readonly error: string };

const MOST_STEPS = 100_000;

/** The value of a formula, or the code of the error value it ended in. */
export const evaluate = (tree: Tree, context: Context): Result => {
  try {
    return { value: run(tree, { context, row: null, hasRow: false, spent: { steps: 0 } }) };
  } catch (error) {
    if (error instanceof Failure || error instanceof NotHere) return { error: error.code };
    throw error;
  }
};

/** Whether a condition is true; blank and error values are not. */
export const holds = (tree: Tree, context: Context): boolean => {
  const result = evaluate(tree, context);
  return "value" in result && result.value === true;
};

export const run = (tree: Tree, scope: Scope): Value => {
  const args = tree.a ?? [];
  const [first, second] = args;
  const at = (one: Tree | undefined): Value => (one ? run(one, scope) : null);
  switch (tree.k) {
    case "lit":
      return literal(tree, scope.context.zone);
    case "field":
      return field(tree, scope);
    case "op":
      return operate(
        String(tree.v),
        at(first),
        at(second),
        first?.t ?? "",
        second?.t ?? "",
        scope.context.zone,
      );
    case "neg":
      return negative(at(first));
    case "pct": {
      const value = at(first);
      return isDecimal(value) ? divide(value, new Decimal(100)) : null;
    }
    case "not":
      return at(first) !== true;
    case "list":
      return args.map((one) => run(one, scope));
    case "to": {
      const value = at(first);
      return value === null ? null : convert(value, tree.t, scope.context.zone);
    }
    case "call":
      return call(tree, args, scope);
    default:
      return at(first);
  }
};

const negative = (value: Value): Value => {
  if (value instanceof Span) return new Span(-value.us);
  return isDecimal(value) ? settle(value.neg()) : null;
};

const literal = (tree: Tree, zone: string): Value => {
  const value = tree.v ?? null;
  if (value === null || typeof value === "boolean") return value;
  const text = String(value);
  switch (tree.t) {
    case "number":
      return new Decimal(text);
    case "date":
      return readDay(text);
    case "datetime":
      return readInstant(text, zone);
    case "time":
      return readClock(text);
    default:
      return text;
  }
};

/** The path of a field's part. */
export const pathOf = (tree: Tree): string[] =>
  Array.isArray(tree.v) ? tree.v.filter((part): part is string => typeof part === "string") : [];

const field = (tree: Tree, scope: Scope): Value => {
  const path = pathOf(tree);
  if (path[0] !== "row" || !scope.hasRow)
    return fromJson(scope.context.json(path), tree.t, scope.context.zone);
  let found: Value = scope.row;
  for (const part of path.slice(1))
    found = isRow(found) && Object.hasOwn(found, part) ? (found[part] ?? null) : null;
  return retyped(found, tree.t, scope.context.zone);
};

/** Rows come as JSON; what is taken out of them gets the type that the checker found. */
const retyped = (value: Value, type: string, zone: string): Value =>
  typeof value === "string" && TYPED.has(type) ? fromJson(value, type, zone) : value;

const TYPED = new Set(["number", "date", "datetime", "time", "duration"]);

const call = (tree: Tree, args: readonly Tree[], scope: Scope): Value => {
  const made = functionOf(String(tree.v));
  if (!made) return notHere();
  if (made.lazy) return made.lazy(args, scope, tree);
  const values = args.map((one) => (one.k === "each" ? perItem(one, scope) : argument(one, tree, scope)));
  if (!tree.p && values.includes(null)) return null;
  return made.body(values, scope.context, tree);
};

/** Where blanks are not handed on, a blank text arrives as "". */
const argument = (one: Tree, call: Tree, scope: Scope): Value => {
  const value = run(one, scope);
  return value === null && !call.p && one.t === "text" ? "" : value;
};

const perItem = (tree: Tree, scope: Scope): Each => {
  const cost = size(tree);
  const inside = scope.hasRow ? scope.spent : { steps: 0 };
  return (item) => {
    inside.steps += cost;
    if (inside.steps > MOST_STEPS) return fail("formula.too_costly");
    return run(tree, { context: scope.context, row: item, hasRow: true, spent: inside });
  };
};

const size = (tree: Tree): number => (tree.a ?? []).reduce((sum, one) => sum + size(one), 1);
