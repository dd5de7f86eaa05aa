/** The formula engine of the browser, loaded with the first form: see `../rules.ts`. */

import type { Json } from "../json";
import type { FormulaContext } from "../rules";
import { toJson } from "./convert";
import { type Context, evaluate as interpret, type Result, type Tree } from "./evaluate";
import { Failure } from "./failure";
import { formContext } from "./formContext";
import { SERVER_ONLY } from "./functions";

const checked = new WeakSet<object>();

const isTree = (value: unknown): value is Tree => {
  if (typeof value !== "object" || value === null) return false;
  if (checked.has(value)) return true;
  const isOne = "k" in value && typeof value.k === "string" && "t" in value && typeof value.t === "string";
  const args: unknown = "a" in value ? value.a : [];
  if (!isOne || !Array.isArray(args) || !args.every(isTree)) return false;
  checked.add(value);
  return true;
};

/** The value of a tree that came as JSON, or the code of its error value. */
export const answerOf = (tree: Json, context: Context): Result =>
  isTree(tree) ? interpret(tree, context) : { error: "formula.bad_value" };

/** The value as the API carries it; throws on an error value and on what only the server knows. */
export const evaluate = (tree: Json, context: FormulaContext): Json => {
  const result = answerOf(tree, formContext(context));
  if ("error" in result) throw new Failure(result.error);
  return toJson(result.value);
};

/** Whether no function in it needs the server. */
export const isHere = (tree: Json): boolean => isTree(tree) && every(tree);

const every = (tree: Tree): boolean =>
  !(tree.k === "call" && SERVER_ONLY.includes(String(tree.v))) && (tree.a ?? []).every(every);
