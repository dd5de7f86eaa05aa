/** Finds the browser half of every control: a file in `controls/` is found because it is there.
 *
 * Modules load on demand, one chunk each, so that a list pays only for the kinds on it. A control whose
 * Input is heavy (calendar, canvas, editor) keeps it in `controls/heavy/` behind `React.lazy`. */

import type { ComponentType, ReactNode } from "react";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { FieldPlan, Labels } from "../api/types";
import type { Json, JsonObject, Values } from "./json";

export interface CellProps<V, C> {
  value: V | null;
  config: C;
  field: FieldPlan;
  /** Names of linked records and people, by form (people: "user"), then id. */
  labels: Labels;
}

/** What a form lends to controls that arrange other fields: tabs, steps, folds, columns. */
export interface FormStage {
  /** Draws the fields of one pane, side by side in `columns`. */
  draw: (keys: readonly string[], columns: number) => ReactNode;
  /** True when one of the fields has a problem, so that its pane comes to the front. */
  isFailing: (keys: readonly string[]) => boolean;
  /** Looks whether anything is missing or wrong in the fields; what is, is told at its place. True when all is well. */
  check: (keys: readonly string[]) => boolean;
  /** True unless the condition says no. */
  holds: (condition: Json | undefined) => boolean;
}

export interface DetailProps<V, C> extends CellProps<V, C> {
  form: string;
  recordId: string | null;
  record: Values;
  /** Given to layout controls inside a form. */
  stage?: FormStage;
}

export interface InputProps<V, C> extends DetailProps<V, C> {
  /** For the label's `htmlFor`; give it to the focusable element. */
  id?: string;
  disabled: boolean;
  /** True when the field has a problem; the words are shown below by the form. */
  invalid: boolean;
  /** True in a table cell: one line, no borders of its own if that can be. */
  compact?: boolean;
  autoFocus?: boolean;
  onChange: (value: V | null) => void;
  /** Fills other fields of the form that are still blank; absent in tables and rows. */
  fill?: (values: Values) => void;
}

export interface ControlView<V = Json, C = JsonObject> {
  kind: string;
  /** Absent for controls that hold no value or are never filled by hand. */
  Input?: ComponentType<InputProps<V, C>>;
  /** One line in a list; a blank value is shown by the list, so `value` is only null for odd kinds. */
  Cell: ComponentType<CellProps<V, C>>;
  /** On record pages; `Cell` is used when absent. */
  Detail?: ComponentType<DetailProps<V, C>>;
  /** True when the input needs the full width of a form. */
  wide?: boolean;
  /** True when the list must not clip it or edit it in place (charts, sub-tables, files). */
  structured?: boolean;
}

const modules = import.meta.glob<{ default: ControlView }>("../controls/*.tsx");
const loaded = new Map<string, ControlView>();
const listeners = new Set<() => void>();
const loading = new Map<string, Promise<void>>();

export const controlView = (kind: string): ControlView | undefined => loaded.get(kind);

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** The view once it is there; undefined until then. */
export const useControlView = (kind: string): ControlView | undefined =>
  useSyncExternalStore(subscribe, () => loaded.get(kind));

/** Load the views of `kinds`; unknown kinds are skipped and shown as text. */
export const loadKinds = async (kinds: Iterable<string>): Promise<void> => {
  const waits: Promise<void>[] = [];
  for (const kind of new Set(kinds)) {
    if (loaded.has(kind)) continue;
    const load = modules[`../controls/${kind}.tsx`];
    if (!load) continue;
    let wait = loading.get(kind);
    if (!wait) {
      wait = load().then((module) => {
        loaded.set(kind, module.default);
        for (const listener of listeners) listener();
      });
      wait.catch(() => loading.delete(kind));
      loading.set(kind, wait);
    }
    waits.push(wait);
  }
  await Promise.all(waits);
};

/** True once the views of `kinds` are there. */
export const useKinds = (kinds: readonly string[]): boolean => {
  const key = [...new Set(kinds)].sort().join(" ");
  const missing = key.split(" ").some((kind) => !loaded.has(kind) && `../controls/${kind}.tsx` in modules);
  const [, setReady] = useState("");
  useEffect(() => {
    let alive = true;
    loadKinds(key.split(" "))
      .catch(() => undefined)
      .then(() => alive && setReady(key));
    return () => {
      alive = false;
    };
  }, [key]);
  return !missing;
};
