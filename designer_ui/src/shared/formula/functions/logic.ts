/** Logic (逻辑): choices, truth, blanks and error values. Branches that are not taken are not worked out. */

import { isBlank, same } from "../compare";
import { fromJson } from "../convert";
import { pathOf, run, type Scope, type Tree } from "../evaluate";
import { Failure, fail } from "../failure";
import { isList, type Value } from "../values";
import { type Family, type Made, valueAt, valuesOf } from "./read";

type Lazy = NonNullable<Made["lazy"]>;

const at = (args: readonly Tree[], index: number, scope: Scope): Value => {
  const one = args[index];
  return one ? run(one, scope) : null;
};

const choose: Lazy = (args, scope) => at(args, at(args, 0, scope) === true ? 1 : 2, scope);

/** Pairs of test and value from `from` on; a last one without a partner stands for all else. */
const firstPair = (
  args: readonly Tree[],
  from: number,
  scope: Scope,
  test: (value: Value) => boolean,
): Value => {
  let index = from;
  for (; index + 1 < args.length; index += 2) {
    if (test(at(args, index, scope))) return at(args, index + 1, scope);
  }
  return index < args.length ? at(args, index, scope) : fail("formula.not_found");
};

const switchOn: Lazy = (args, scope) => {
  const wanted = at(args, 0, scope);
  return firstPair(args, 1, scope, (value) => same(wanted, value));
};

const coalesce: Lazy = (args, scope) => {
  for (const one of args) {
    const value = run(one, scope);
    if (!isBlank(value)) return value;
  }
  return null;
};

const fails = (args: readonly Tree[], scope: Scope): { value: Value } | null => {
  try {
    return { value: at(args, 0, scope) };
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

/** The field that CHANGED and OLDVALUE are asked about, below conversions. */
const fieldOf = (tree: Tree): string[] => {
  let part = tree;
  while (part.k === "to" && part.a?.[0]) part = part.a[0];
  return pathOf(part);
};

const changed: Lazy = (args, scope) => {
  const known = scope.context.record.changed;
  return args.map(fieldOf).some((path) => known.has(path[0] ?? "") || known.has(path.join(".")));
};

const oldValue: Lazy = (args, scope, tree) => {
  const first = args[0];
  if (!first) return null;
  return fromJson(scope.context.record.old(fieldOf(first)), tree.t, scope.context.zone);
};

export const lazy: Readonly<Record<string, Lazy>> = {
  IF: choose,
  IFS: (args, scope) => firstPair(args, 0, scope, (value) => value === true),
  SWITCH: switchOn,
  COALESCE: coalesce,
  IFBLANK: coalesce,
  IFERROR: (args, scope) => {
    const worked = fails(args, scope);
    return worked ? worked.value : at(args, 1, scope);
  },
  ISERROR: (args, scope) => fails(args, scope) === null,
  CHANGED: changed,
  OLDVALUE: oldValue,
};

const isEmpty = (value: Value): boolean => isBlank(value) || (isList(value) && value.length === 0);

export const logic: Family = {
  // Every side is worked out, so that an error value on any is the result.
  AND: (given) => valuesOf(given).every((one) => one === true),
  OR: (given) => valuesOf(given).some((one) => one === true),
  XOR: (given) => valuesOf(given).filter((one) => one === true).length % 2 === 1,
  NOT: (given) => valueAt(given, 0) !== true,
  ISBLANK: (given) => isEmpty(valueAt(given, 0)),
  TRUE: () => true,
  FALSE: () => false,
};
