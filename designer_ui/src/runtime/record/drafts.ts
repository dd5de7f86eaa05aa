/** Drafts: what was typed and not yet saved, kept on this machine for a week. */

import { isObject, type Values } from "../../shared/json";

const LIFE_MS = 7 * 86_400_000;

interface Draft {
  at: number;
  revision: number | null;
  values: Values;
}

const keyOf = (user: string, form: string, recordId: string | null): string =>
  `clinicraft.draft.${user}.${form}.${recordId ?? "new"}`;

export const readDraft = (
  user: string,
  form: string,
  recordId: string | null,
  now = Date.now(),
): Draft | null => {
  try {
    const text = localStorage.getItem(keyOf(user, form, recordId));
    const found: unknown = text ? JSON.parse(text) : null;
    if (!isObject(found) || typeof found.at !== "number" || !isObject(found.values)) return null;
    if (now - found.at > LIFE_MS) {
      dropDraft(user, form, recordId);
      return null;
    }
    return {
      at: found.at,
      revision: typeof found.revision === "number" ? found.revision : null,
      values: { ...found.values },
    };
  } catch {
    return null;
  }
};

export const keepDraft = (
  user: string,
  form: string,
  recordId: string | null,
  revision: number | null,
  values: Values,
): void => {
  try {
    localStorage.setItem(keyOf(user, form, recordId), JSON.stringify({ at: Date.now(), revision, values }));
  } catch {
    // A full store loses the safety net, not the form.
  }
};

export const dropDraft = (user: string, form: string, recordId: string | null): void =>
  localStorage.removeItem(keyOf(user, form, recordId));
