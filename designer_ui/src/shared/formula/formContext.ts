/** The surroundings of a form's formulas: a record's JSON, who asks, and what this save changes. */

import type { Json } from "../json";
import type { FormulaContext } from "../rules";
import type { Context } from "./evaluate";
import { notHere } from "./failure";
import { readDay, readInstant } from "./moments";

/** What the form does not know (values behind links, hidden fields, facts about the actor) only the server can answer. */
export const formContext = (given: FormulaContext): Context => {
  const { zone, actor, record } = given;
  return {
    json: (path) => known(given.value(path)),
    now: readInstant(given.now, zone),
    today: readDay(given.today),
    zone,
    fact: (name) => (name in actor ? (actor[name] ?? null) : notHere()),
    record: {
      isNew: record.isNew,
      changed: record.changed,
      old: (path) => record.old[path.join(".")] ?? (path.length === 1 ? null : notHere()),
    },
  };
};

const known = (value: Json | undefined): Json => (value === undefined ? notHere() : value);
