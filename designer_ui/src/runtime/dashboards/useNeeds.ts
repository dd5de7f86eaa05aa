/** What the cards of a board need, kept for the session: the next time it opens, the skeletons have their final size. */

import { useCallback, useState } from "react";
import { isObject } from "../../shared/json";

type Needs = { readonly [cell: string]: number };

const keyOf = (dashboard: string): string => `needs ${dashboard}`;

const kept = (dashboard: string): Needs => {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(keyOf(dashboard)) ?? "{}");
    if (!isObject(found)) return {};
    return Object.fromEntries(
      Object.entries(found).flatMap(([cell, need]) => (typeof need === "number" ? [[cell, need]] : [])),
    );
  } catch {
    return {};
  }
};

/** Of a card with nothing to show. */
export const EMPTY = 130;

export const useNeeds = (dashboard: string): [Needs, (cell: string, pixels: number | null) => void] => {
  const [needs, setNeeds] = useState(() => kept(dashboard));
  const note = useCallback(
    (cell: string, pixels: number | null) =>
      setNeeds((old) => {
        if ((old[cell] ?? null) === pixels) return old;
        const { [cell]: _, ...rest } = old;
        const next = pixels === null ? rest : { ...rest, [cell]: pixels };
        sessionStorage.setItem(keyOf(dashboard), JSON.stringify(next));
        return next;
      }),
    [dashboard],
  );
  return [needs, note];
};
