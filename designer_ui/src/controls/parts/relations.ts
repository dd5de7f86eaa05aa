/** Who is tied to whom, as far as a few steps reach: circles around the ones in the middle. Pure. */

import type { FieldPlan, RecordData } from "../../api/types";
import { asText, isBlank } from "../../shared/json";

export interface Tie {
  from: string;
  to: string;
  words: string;
}

export interface Spot {
  id: string;
  /** 0 in the middle, 1 for those tied to it, and so on. */
  ring: number;
  x: number;
  y: number;
}

/** The ties that records make between the ends that two of their links name. A record with one link is an end itself. */
export const tiesOf = (
  records: readonly RecordData[],
  [first, second]: readonly [string, string?],
  wordsOf: (record: RecordData) => string,
): Tie[] =>
  records.flatMap((record) => {
    const from = second ? asText(record[first] ?? null) : record.id;
    const to = asText(record[second ?? first] ?? null);
    return isBlank(from) || isBlank(to) ? [] : [{ from, to, words: wordsOf(record) }];
  });

/** Each end with the smallest number of steps from the middle, nearest first; those beyond `depth` are left out. */
export const ringsOf = (
  middle: readonly string[],
  ties: readonly Tie[],
  depth: number,
): Map<string, number> => {
  const rings = new Map(middle.map((id) => [id, 0]));
  for (let ring = 1; ring <= depth; ring += 1)
    for (const { from, to } of ties) {
      if (rings.get(from) === ring - 1 && !rings.has(to)) rings.set(to, ring);
      if (rings.get(to) === ring - 1 && !rings.has(from)) rings.set(from, ring);
    }
  return rings;
};

/** Places on circles around (0, 0); the middle ones stand side by side. */
export const spotsOf = (rings: ReadonlyMap<string, number>, gap: number): Spot[] => {
  const byRing = new Map<number, string[]>();
  for (const [id, ring] of rings) byRing.set(ring, [...(byRing.get(ring) ?? []), id]);
  return [...byRing].flatMap(([ring, ids]) =>
    ids.map((id, place) => {
      if (ring === 0) return { id, ring, x: (place - (ids.length - 1) / 2) * gap, y: 0 };
      const angle = ((place + ring / 3) / ids.length) * Math.PI * 2 - Math.PI / 2;
      return { id, ring, x: Math.cos(angle) * gap * ring, y: Math.sin(angle) * gap * ring };
    }),
  );
};

/** The field whose value names a tie: the first choice of the form. */
export const namingField = (fields: readonly FieldPlan[]): FieldPlan | undefined =>
  fields.find((field) => field.value_type === "choice" && field.level !== "none");
