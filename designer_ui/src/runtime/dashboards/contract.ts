/** What dashboards ask of the server, typed before its routes are there: `Source` is handed in, by a screen or a test. */

import type { Dims, Figure } from "../../charts/parts/figure";
import type { Json } from "../../shared/json";
import type { Words } from "../../shared/words";

export interface FilterPart {
  readonly key: string;
  readonly name: Words;
  readonly kind: "period" | "choice";
  /** Periods offer phrases (`this month`); choices offer values. */
  readonly options: readonly { readonly value: string; readonly name: Words }[];
  readonly default?: Json;
}

export interface CellPart {
  readonly key: string;
  /** The question it answers. */
  readonly title: Words;
  readonly chart: string;
  /** Place on the 24 columns; a row is 56 px. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly note?: Words;
  /** True where clicks of others do not narrow it. */
  readonly aloof?: boolean;
}

export interface Dashboard {
  readonly key: string;
  readonly name: Words;
  readonly filters: readonly FilterPart[];
  readonly cells: readonly CellPart[];
}

export interface Trouble {
  readonly code: string;
  readonly message: Words;
  readonly hint: Words;
}

/** One cell's answer: a figure or what is wrong; `deeper`: dimensions one may drill into from here. */
export interface CellAnswer {
  readonly figure?: Figure;
  readonly problem?: Trouble;
  readonly asOf?: string;
  readonly deeper?: readonly { readonly key: string; readonly name: Words }[];
  /** How many records stand behind it, where the asker may open them. */
  readonly records?: number;
}

export interface CellQuestion {
  readonly cell: string;
  readonly filters: { readonly [key: string]: Json };
  /** From clicks on other charts. */
  readonly narrowed: Dims;
  /** The steps of drilling: what was clicked, and the dimension shown instead. */
  readonly path: readonly { readonly dims: Dims; readonly by: string }[];
}

export interface Source {
  readonly ask: (question: CellQuestion, signal: AbortSignal) => Promise<CellAnswer>;
  /** Opens the records behind a point. */
  readonly openRecords?: (question: CellQuestion, dims: Dims, measure: string | null) => void;
  /** Words for a value in chips and breadcrumbs. */
  readonly wordsFor?: (dimension: string, value: Json) => string;
}
