/** People and system (人员与系统): who is asking, and what is known of the record itself. */

import type { Json } from "../../json";
import { byCodePoint } from "../compare";
import { fromJson } from "../convert";
import type { Context } from "../evaluate";
import type { Value } from "../values";
import type { Body, Family } from "./read";
import { valuesOf } from "./read";

const fact = (context: Context, ...names: readonly string[]): Json => {
  for (const name of names) {
    const found = context.fact(name);
    if (found !== null) return found;
  }
  return null;
};

const text = (found: Json): string | null => (found === null ? null : String(found));

const textsOf = (found: Json | undefined): string[] =>
  (Array.isArray(found) ? found : [found]).filter((one): one is string => typeof one === "string");

const roles = (context: Context): string[] => textsOf(fact(context, "roles")).sort(byCodePoint);

const own: Body = (_, context) => {
  const mine = [fact(context, "id", "user_id"), fact(context, "staff_id")].filter((one) => one !== null);
  const fields = context.record.ownBy ?? ["owner_id", "created_by"];
  return fields.some((key) => textsOf(context.json([key])).some((one) => mine.includes(one)));
};

const among =
  (field: string, name: string): Body =>
  (_, context) =>
    textsOf(fact(context, name)).some((one) => one === context.json([field]));

const fieldNamed =
  (key: (context: Context) => string): Body =>
  (_, context, tree): Value =>
    fromJson(context.json([key(context)]), tree.t, context.zone);

export const people: Family = {
  ME: (_, context) => text(fact(context, "id", "user_id")),
  MYBRANCH: (_, context) => text(fact(context, "branch_id")),
  MYDEPT: (_, context) => text(fact(context, "dept")),
  MYROLE: (_, context) => roles(context),
  INROLE: (given, context) => {
    const mine = roles(context);
    return valuesOf(given).some((one) => typeof one === "string" && mine.includes(one));
  },
  OWN: own,
  INTEAM: among("owner_id", "team"),
  INBRANCH: among("branch_id", "branches"),
  INREGION: among("branch_id", "region_branches"),
  RECORDID: fieldNamed(() => "id"),
  CREATEDAT: fieldNamed(() => "created_at"),
  CREATEDBY: fieldNamed(() => "created_by"),
  STATUS: fieldNamed((context) => context.record.statusField ?? "stage"),
  ISNEW: (_, context) => context.record.isNew,
};
