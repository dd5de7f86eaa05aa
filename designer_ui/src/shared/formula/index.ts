/** The formula engine of the browser, loaded with the first form: see `../rules.ts`. */

import type { Json } from "../json";
import type { FormulaContext } from "../rules";
import { toJson } from "./convert";
import { type Context, evaluate as interpret, type Result, type Tree } from "./evaluate";
import { NOT_HERE, notHere } from "./failure";
import { formContext } from "./formContext";
import { SERVER_ONLY } from "./functions";
import { Decimal, plain } from "./number";

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
  isTree(tree) ? interpret(tree, context) : { error: NOT_HERE };

/** The value as the API carries it, null for an error value; throws where only the server knows. */
export const evaluate = (tree: Json, context: FormulaContext): Json => {
  const result = answerOf(tree, formContext(context));
  if ("value" in result) return toJson(result.value);
  return result.error === NOT_HERE ? notHere() : null;
};

/** A number brought to the decimals that its field keeps; anything else as it is. */
export const rounded = (value: Json, decimals: number): Json => {
  if (typeof value !== "string" || !/^-?[0-9.]+$/.test(value)) return value;
  return plain(new Decimal(value).toDecimalPlaces(decimals));
};

/** Whether no function in it needs the server. */
export const isHere = (tree: Json): boolean => isTree(tree) && every(tree);

const every = (tree: Tree): boolean =>
  !(tree.k === "call" && SERVER_ONLY.includes(String(tree.v))) && (tree.a ?? []).every(every);
