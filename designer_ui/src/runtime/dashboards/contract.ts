/** What dashboards and reports ask of the server, and what they get: `Source` is handed in, by a screen or a test. */

import type { FilterGroup } from "../../api/types";
import type { Dims, Figure } from "../../charts/parts/figure";
import type { Json } from "../../shared/json";
import type { Words } from "../../shared/words";

export interface FilterPart {
  readonly key: string;
  readonly name: Words;
  readonly kind: "period" | "choice" | "compare";
  /** Periods offer phrases (`this month`), comparisons what to stand beside; choices offer values. */
  readonly options: readonly { readonly value: string; readonly name: Words }[];
  readonly default?: Json;
}

export interface CellPart {
  readonly key: string;
  /** The question it answers. */
  readonly title: Words;
  readonly chart: string;
  /** Place on the 24 columns; a row is 50 px. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly note?: Words;
  /** Of a cell that shows words instead of a chart. */
  readonly text?: Words;
  /** Of a cell that shows something else than an answer: what is off now. */
  readonly panel?: "alerts";
  /** Of a card about one metric: what an alert would watch. */
  readonly metric?: string;
  /** True where clicks of others do not narrow it. */
  readonly aloof?: boolean;
  /** A table whose every column stands by itself, however wide that is. */
  readonly isWhole?: boolean;
  /** Of a cell on a board of one's own: where it comes from. */
  readonly from?: { readonly dashboard: string; readonly cell: string };
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
  readonly as_of?: string | null;
  readonly deeper?: readonly { readonly key: string; readonly name: Words }[];
  /** Words for the values that points stand for: dimension → value → word. */
  readonly words?: { readonly [dimension: string]: { readonly [value: string]: string } };
  /** Whether there are records to open behind it. */
  readonly opens?: boolean;
  /** The time it is about, in words. */
  readonly period?: Words | null;
  /** Where what the reader chose to compare with changes nothing: what it stands beside all the same. */
  readonly beside?: "own" | "nothing";
}

export interface CellQuestion {
  readonly cell: string;
  readonly filters: { readonly [key: string]: Json };
  /** From clicks on other charts. */
  readonly narrowed: Dims;
  /** The steps of drilling: what was clicked, and the dimension shown instead. */
  readonly path: readonly { readonly dims: Dims; readonly by: string }[];
  /** For a wall that everybody reads: nobody's name is told. */
  readonly veiled?: boolean;
}

/** A point of a chart, or the whole of a number. */
export interface Point {
  readonly question: CellQuestion;
  readonly dims: Dims;
  readonly measure: string | null;
}

/** The records behind a number: what a list has to ask to show exactly them. */
export interface Behind {
  readonly form: string;
  readonly count: number;
  readonly filter?: FilterGroup;
  readonly formula?: string;
  readonly words?: Words;
  /** Records of its other parts; `words`: what a part is called. */
  readonly also?: readonly Behind[];
}

export interface Told {
  readonly name: Words;
  readonly value: string;
}

/** Why a number is what it is. */
export interface Explained {
  readonly name: Words;
  readonly value: string;
  /** How it is worked out, in words. */
  readonly formula: Words;
  readonly filters: readonly Words[];
  readonly parts: readonly Told[];
  /** Dimensions that are worked out, in words. */
  readonly dimensions?: readonly { readonly name: Words; readonly formula: Words }[];
  readonly rows: number | null;
  readonly as_of: string | null;
  readonly hints: readonly Words[];
  /** Why it changed: an exact split, where there is one. */
  readonly change: Figure | null;
}

export interface Source {
  readonly ask: (question: CellQuestion, signal: AbortSignal) => Promise<CellAnswer>;
  readonly behind?: (point: Point, signal: AbortSignal) => Promise<Behind>;
  readonly explain?: (point: Point, signal: AbortSignal) => Promise<Explained>;
  /** Opens the records behind a point, as a list; `name`: what the point is, in words; `part`: which of `also`, from 1. */
  readonly openRecords?: (point: Point, name: string, part?: number) => void;
}
