/** Works out many formulas, one JSON object a line: `{tree, values, given, now, today, zone, actor, record}`, as
 * `engine/expressions/batch.py` writes them. Prints an answer a line, digit for digit as Python does. */

import { text } from "node:stream/consumers";
import { isObject, type Json, type JsonObject, strings } from "../json";
import type { Context, RecordFacts } from "./evaluate";
import { answerOf } from "./index";
import { readDay, readInstant } from "./moments";
import { written } from "./written";

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** The JSON at a path; a list where it leads through one. */
const inside = (here: Json | undefined, path: readonly string[]): Json | undefined => {
  const [first, ...rest] = path;
  if (first === undefined) return here;
  if (Array.isArray(here)) return here.map((one) => inside(one, path) ?? null);
  return isObject(here) ? inside(here[first], rest) : undefined;
};

const recordOf = (given: JsonObject): RecordFacts => {
  const old = objectOf(given.old);
  return {
    isNew: given.is_new === true,
    changed: new Set(strings(given.changed)),
    old: (path) => old[path.join(".")] ?? (path.length === 1 ? old[path[0] ?? ""] : undefined),
    ownBy: Array.isArray(given.own_by) ? strings(given.own_by) : undefined,
    statusField: typeof given.status_field === "string" ? given.status_field : undefined,
    rowNumber: typeof given.row_no === "number" ? given.row_no : undefined,
    previous: isObject(given.previous) ? given.previous : undefined,
  };
};

const contextOf = (line: JsonObject): Context => {
  const [values, given, actor] = [objectOf(line.values), objectOf(line.given), objectOf(line.actor)];
  const zone = textOf(line.zone);
  return {
    json: (path) => values[path.join(".")] ?? inside(given, path),
    now: readInstant(textOf(line.now), zone),
    today: readDay(textOf(line.today)),
    zone,
    fact: (name) => actor[name] ?? null,
    record: recordOf(objectOf(line.record)),
  };
};

const printed = (given: string): string => {
  const line: Json = JSON.parse(given);
  if (!isObject(line) || line.tree === undefined) return given;
  const result = answerOf(line.tree, contextOf(line));
  return "error" in result
    ? `{"error": {"code": ${JSON.stringify(result.error)}, "position": null}}`
    : `{"value": ${written(result.value)}}`;
};

const lines = (await text(process.stdin)).split("\n").filter((line) => line.trim());
process.stdout.write(lines.map((line) => `${printed(line)}\n`).join(""));
